import { describe, expect, test } from 'vitest'
import { watchSignals } from '../../src/runtime/signals.ts'
import { runScript } from '../support/run-script.ts'

// The child sends the signal to itself, ends when its watch is aborted, and says with which code it would end.
const CHILD = `
  import { watchSignals } from './src/runtime/signals.ts'
  const watch = watchSignals((code) => process.exit(code))
  const alive = setInterval(() => undefined, 1000)
`

describe('an ending signal', () => {
  test.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGTERM', 143],
  ] as const)('%s ends the run in order, with %d', async (name, code) => {
    const { exitCode, stdout } = await runScript(`${CHILD}
      watch.signal.addEventListener('abort', () => {
        console.log('in order')
        clearInterval(alive)
        process.exitCode = watch.exitCode()
      })
      process.kill(process.pid, '${name}')
    `)
    expect([stdout, exitCode]).toEqual(['in order', code])
  })

  test('that comes again while the end is under way ends it at once', async () => {
    const { exitCode, stdout } = await runScript(`${CHILD}
      watch.signal.addEventListener('abort', () => process.kill(process.pid, 'SIGINT'))
      process.kill(process.pid, 'SIGTERM')
    `)
    expect([stdout, exitCode]).toEqual(['', 143])
  })

  test('does what it always did once the watch is over', async () => {
    const { signal } = await runScript(`${CHILD}
      watch.release()
      process.kill(process.pid, 'SIGTERM')
    `)
    expect(signal).toBe('SIGTERM')
  })
})

test('a run that ends in another way has no exit code of a signal', () => {
  const watch = watchSignals(() => undefined)
  watch.stop()
  watch.release()
  expect([watch.signal.aborted, watch.exitCode()]).toEqual([true, undefined])
})
