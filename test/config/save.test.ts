import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { initText } from '../../src/config/init-text.ts'
import { createFile, saveSettings } from '../../src/config/save.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a file is made where there is none, with everything explained in it', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a/b/config.toml')
  expect(await saveSettings(path, { theme: 'light', chartMinutes: 60 })).toEqual({
    kind: 'saved',
    keys: ['theme', 'chart-span'],
  })
  const text = readFileSync(path, 'utf8')
  expect(parse(text)).toEqual({ theme: 'light', 'chart-span': '1h' })
  expect(
    text
      .split('\n')
      .filter((line) => !/^(theme|chart-span) = /.test(line))
      .join('\n'),
  ).toBe(initText())
  expect([statSync(path).mode & 0o777, statSync(join(folder, 'a/b')).mode & 0o777]).toEqual([0o644, 0o700])
})

test('comments, unknown keys, the mode of the file and the symbolic link to it stay', async () => {
  const folder = temporaryFolder()
  const dots = join(folder, 'dotfiles')
  mkdirSync(dots)
  writeFileSync(join(dots, 'llmtop.toml'), '# mine\ntheme = "dark" # at night\nfuture = 1\n')
  chmodSync(join(dots, 'llmtop.toml'), 0o600)
  const path = join(folder, 'config.toml')
  symlinkSync('dotfiles/llmtop.toml', path)

  expect(await saveSettings(path, { theme: 'light' })).toEqual({ kind: 'saved', keys: ['theme'] })
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(dots, 'llmtop.toml'), 'utf8')).toBe(
    '# mine\ntheme = "light" # at night\nfuture = 1\n',
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dots)).toEqual(['llmtop.toml'])
})

test('a link to a file that is not there yet makes that file', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'config.toml')
  symlinkSync('real.toml', path)
  expect((await saveSettings(path, { mouse: true })).kind).toBe('saved')
  expect(parse(readFileSync(join(folder, 'real.toml'), 'utf8'))).toEqual({ mouse: true })
})

test('JSON keeps its other keys and its indentation', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'config.json')
  writeFileSync(path, '{\n\t"theme": "dark",\n\t"groups": {\n\t\t"lab": ["a"]\n\t}\n}\n')
  await saveSettings(path, { theme: 'mono', hiddenColumns: ['type'] })
  expect(readFileSync(path, 'utf8')).toBe(
    '{\n\t"theme": "mono",\n\t"groups": {\n\t\t"lab": [\n\t\t\t"a"\n\t\t]\n\t},\n\t"hidden-columns": [\n\t\t"type"\n\t]\n}\n',
  )
})

test.each([
  ['is broken by now', 'theme = \n', "line 1 of it can't be read; mend it first"],
  [
    'hides a key from a look at its lines',
    'x = """\ntheme = 1\n"""\n"th\\u0065me" = "dark"\n',
    'its form can only be changed by hand',
  ],
])('a file that %s is left as it is', async (_, text, because) => {
  const folder = temporaryFolder()
  const path = join(folder, 'config.toml')
  writeFileSync(path, text)
  expect(await saveSettings(path, { theme: 'light' })).toEqual({ kind: 'not-saved', because })
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('what is no file and what is in the way is said', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'config.toml')
  mkdirSync(path)
  expect(await saveSettings(path, { theme: 'light' })).toEqual({
    kind: 'not-saved',
    because: `'${path}' is no regular file`,
  })
  writeFileSync(join(folder, 'file'), '')
  const below = join(folder, 'file/config.toml')
  expect(await saveSettings(below, { theme: 'light' })).toEqual({
    kind: 'not-saved',
    because: `a file is in the way of '${below}'`,
  })
})

test('a file is written over by force alone', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'config.toml')
  expect(await createFile(path, 'a = 1\n', false)).toEqual({ kind: 'created' })
  expect(await createFile(path, 'a = 2\n', false)).toEqual({ kind: 'exists' })
  expect(readFileSync(path, 'utf8')).toBe('a = 1\n')
  expect(await createFile(path, 'a = 2\n', true)).toEqual({ kind: 'created' })
  expect(readFileSync(path, 'utf8')).toBe('a = 2\n')
})
