import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { initText } from '../../src/config/init-text.ts'
import { llmtop } from '../support/llmtop.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Home {
  readonly path: string
  readonly run: (args: string, variables?: Readonly<Record<string, string>>) => ReturnType<typeof llmtop>
}

/** A home folder of its own, with this in its configuration file. */
function home(text?: string): Home {
  const folder = temporaryFolder()
  const path = join(folder, 'llmtop/config.toml')
  if (text !== undefined) {
    mkdirSync(join(folder, 'llmtop'))
    writeFileSync(path, text)
  }
  return {
    path,
    run: (args, variables = {}) =>
      llmtop(args.split(' '), { HOME: folder, XDG_CONFIG_HOME: folder, ...variables }),
  }
}

test('init makes a file that explains everything, once, and says where it is', async () => {
  const { path, run } = home()
  expect(await run('config path')).toEqual({ exitCode: 0, stdout: path, stderr: '' })
  expect(await run('config init')).toEqual({
    exitCode: 0,
    stdout: path,
    stderr: 'llmtop: every setting stands in it as a comment; nothing is changed by it yet',
  })
  expect(readFileSync(path, 'utf8')).toBe(initText())
  writeFileSync(path, 'theme = "light"\n')
  expect(await run('config init')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `llmtop: '${path}' is there already; --force writes over it`,
  })
  expect(readFileSync(path, 'utf8')).toBe('theme = "light"\n')
  expect((await run('config init --force')).exitCode).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe(initText())
})

test('the file is in ~/.config where XDG_CONFIG_HOME is not set or relative', async () => {
  const { run } = home()
  for (const XDG_CONFIG_HOME of ['', 'here'])
    expect((await run('config path', { HOME: '/home/ann', XDG_CONFIG_HOME })).stdout).toBe(
      '/home/ann/.config/llmtop/config.toml',
    )
})

test('print shows every setting as TOML, with where it was given', async () => {
  const { run } = home(
    '# mine\n\ntheme = "light"\non-warning = ["notify-send", "llmtop"]\n[groups]\nlab = ["a"]\n',
  )
  const { stdout, exitCode } = await run('config print', { LLMTOP_MOUSE: 'on', LLMTOP_THEMEE: 'x' })
  expect(exitCode).toBe(0)
  // variables of these tests themselves are none of llmtop's
  const said = stdout.replace(/^# LLMTOP_(?:CORPUS|LLAMA_SERVER) .*\n/gm, '')
  expect(said.replace(/ +#/g, ' #')).toBe(`# ~/llmtop/config.toml
# LLMTOP_THEMEE is no variable of llmtop; did you mean LLMTOP_THEME?

interval = "2s" # default
probe = true # default
container-names = false # default
engine-log = [] # default
# api-key-file is not set # default
on-warning = ["notify-send", "llmtop"] # ~/llmtop/config.toml:4
theme = "light" # ~/llmtop/config.toml:3
color = "auto" # default
ascii = "auto" # default
mouse = true # LLMTOP_MOUSE
units = "GiB" # default
chart = "memory" # default
chart-span = "auto" # default
sort = "risk" # default
reverse = false # default
tree = false # default
hidden-columns = [] # default
[groups]
lab = ["a"] # ~/llmtop/config.toml:5`)
})

test('print --json names each value and its origin', async () => {
  const { path, run } = home('interval = "90s"\n')
  const printed = JSON.parse((await run('config print --json')).stdout) as {
    readonly settings: Readonly<Record<string, unknown>>
  }
  expect(printed).toMatchObject({ schema: 'llmtop.config/1', file: path })
  expect(printed.settings['interval']).toEqual({ value: '90s', origin: { kind: 'file', path, line: 1 } })
  expect(printed.settings['on-warning']).toEqual({ value: null, origin: { kind: 'default' } })
})

test.each(['once', 'demo --json', 'record', 'fit llama3.1:8b', 'config print', 'doctor'])(
  'a wrong file ends %s with 2 and one message of all that is wrong',
  async (command) => {
    const { path, run } = home('theme = "drak"\nmose = true\n')
    expect(await run(command, { LLMTOP_UNITS: 'GB' })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `llmtop: these settings are wrong:
  ${path}:1: theme: 'drak' is not one of dark, light, contrast, safe, mono; did you mean 'dark'?
  LLMTOP_UNITS: 'GB' is not one of GiB, MiB; did you mean 'GiB'?
  ${path}:2: 'mose' is no setting; did you mean 'mouse'?`,
    })
  },
)

test.each([
  ['theme = dark', 'invalid value at column 9; texts stand in quotes: theme = "dark"'],
  [
    'theme = "dark',
    'control characters are not allowed in strings at column 14; a text ends on its line, with the quote that it began with',
  ],
  [
    'mouse = false',
    'trying to redefine an already defined table or value at column 1; a setting stands once',
  ],
  ['theme: dark', 'illegal character in key at column 6; a line is a name, = and a value: theme = "dark"'],
  ['on-warning = ["a" "b"]', 'expected comma or end of structure at column 19; a list is ["a", "b"]'],
])('what is no TOML is told with its line and what to write: %s', async (line, problem) => {
  const { path, run } = home(`mouse = true\n${line}\n`)
  expect(await run('once')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `llmtop: ${path}:2: this is no TOML: ${problem}`,
  })
})

test('config.json is read where there is no config.toml', async () => {
  const { path, run } = home('')
  const json = path.replace('.toml', '.json')
  writeFileSync(json, '{\n  "theme": "light",\n  "sort": "kw"\n}\n')
  expect((await run('config print')).stdout).toContain('config.json is not read: there are two')
  const { run: runJson, path: other } = home()
  mkdirSync(join(other, '..'))
  writeFileSync(other.replace('.toml', '.json'), '{\n  "theme": "light",\n  "sort": "kw"\n}\n')
  expect((await runJson('once')).stderr).toContain("config.json:3: sort: 'kw' is not one of")
  writeFileSync(other.replace('.toml', '.json'), '{ "theme": "light" ')
  expect(await runJson('once')).toMatchObject({ exitCode: 2, stdout: '' })
})

test.each([
  ['--config', 'once --config /nonexistent/a.toml', {}],
  ['--config', '--config /nonexistent/a.toml once', {}],
  ['LLMTOP_CONFIG', 'once', { LLMTOP_CONFIG: '/nonexistent/a.toml' }],
])('a file that %s names must be there: llmtop %s', async (by, args, variables) => {
  expect(await home().run(args, variables)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `llmtop: ${by}: '/nonexistent/a.toml' is not there; give the path of a file that exists`,
  })
})

test('keys for engines that others can read are refused, and never quoted', async () => {
  const { path, run } = home('api-key-file = "keys"\n')
  const keys = path.replace('config.toml', 'keys')
  expect((await run('config print')).stderr).toBe(
    `llmtop: ${keys}: this file of api-key-file can't be read (ENOENT)`,
  )
  writeFileSync(keys, '# mine\n127.0.0.1:8000=sk-123\n')
  chmodSync(keys, 0o640)
  expect(await run('once')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `llmtop: ${keys}: others can read these keys; try 'chmod 600 ${keys}'`,
  })
  chmodSync(keys, 0o600)
  expect(await run('config print')).toMatchObject({ exitCode: 0, stderr: '' })
  expect((await run('config print')).stdout).not.toContain('sk-123')
  writeFileSync(keys, 'sk-123\n')
  expect((await run('once')).stderr).toBe(
    `llmtop: ${keys}: each key needs the address that it may be sent to: 127.0.0.1:8000=KEY, one a line`,
  )
})

test('a group of hosts is known by its name', async () => {
  const { path, run } = home('[groups]\nlab = ["gpu[1-"]\n')
  expect(existsSync(path)).toBe(true)
  expect((await run('ssh @lba')).stderr).toBe("error: '@lba' is no group of hosts; did you mean '@lab'?")
  expect((await run('ssh @lab')).stderr).toContain("'gpu[1-' is no name of a host")
})
