import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { takeKeys } from '../../../src/outputs/terminal/key-input.ts'
import { pause } from '../../support/terminal.ts'

function typed(): { readonly input: PassThrough; readonly seen: string[]; release: () => void } {
  const input = new PassThrough()
  const keys = takeKeys(input, () => undefined)
  const seen: string[] = []
  keys.stream.on('data', (data: Buffer) => seen.push(data.toString('utf8')))
  return {
    input,
    seen,
    release: () => {
      keys.release()
    },
  }
}

test('an escape sequence torn in two arrives in one piece', async () => {
  const { input, seen, release } = typed()
  input.write('a\u001b')
  input.write('[')
  input.write('B')
  await pause(1)
  expect(seen).toEqual(['a', '\u001b[B'])
  release()
})

test('a lone Escape arrives, a little later', async () => {
  const { input, seen, release } = typed()
  input.write('\u001b')
  await expect.poll(() => seen).toEqual(['\u001b'])
  release()
})

test('a character of several bytes torn in two arrives whole', async () => {
  const { input, seen, release } = typed()
  const bytes = Buffer.from('模', 'utf8')
  input.write(bytes.subarray(0, 1))
  input.write(bytes.subarray(1))
  await pause(1)
  expect(seen.join('')).toBe('模')
  release()
})

test('released, the input has no listener of ours and is in its former mode', () => {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode: (raw: boolean) => modes.push(raw),
  })
  takeKeys(input, () => undefined).release()
  expect(modes).toEqual([true, false])
  expect(input.listenerCount('data')).toBe(0)
  expect(input.isPaused()).toBe(true)
})
