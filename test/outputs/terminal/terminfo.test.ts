import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { twoH100 } from '../../support/scene-two-h100.ts'
import { watch } from '../../support/terminal.ts'

test('the terminfo of the machine does not decide about colours', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terminfo-'))
  const entry = join(dirname(createRequire(import.meta.url).resolve('blessed/package.json')), 'usr', 'xterm')
  await mkdir(join(folder, 'x'))
  // an entry of eight colours under the name of one with 256; blessed reads the variable when it is loaded
  await cp(entry, join(folder, 'x', 'xterm-256color'))
  process.env['TERMINFO'] = folder
  const watched = watch(120, 40)
  await watched.show(twoH100().frame)
  await watched.screen.close()
  await rm(folder, { recursive: true })
  expect(watched.terminal.written.join('')).toContain('\u001b[38;5;68m')
})
