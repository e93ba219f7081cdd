import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { llmtop, shell } from '../support/llmtop.ts'

const COMMANDS = ['watch', 'replay', 'once', 'demo']

describe('the help', () => {
  test.each([[], ...COMMANDS.map((command) => [command])])(
    'of llmtop %s fits 80 columns',
    async (...command) => {
      const { exitCode, stdout, stderr } = await llmtop([...command, '--help'])
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect(stdout).toContain(`Usage: ${['llmtop', ...command].join(' ')}`)
    },
  )

  test('lists every command, shows how it is used, and what the exit codes mean', async () => {
    const { stdout } = await llmtop(['--help'])
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(stdout).toMatch(/^ {2}llmtop once --json \| jq/m)
    expect(stdout).toMatch(/^Exit codes: 0 done, 1 a fault ended the run, 2 wrong usage/m)
  })
})

test.each([
  [['help'], ['--help']],
  [
    ['help', 'replay'],
    ['replay', '--help'],
  ],
  [
    ['config', 'show'],
    ['config', 'print'],
  ],
])('llmtop %j is llmtop %j', async (asked, meant) => {
  const answer = await llmtop(meant)
  expect(answer.exitCode).toBe(0)
  expect(await llmtop(asked)).toEqual(answer)
})

test('the version is the one of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
  expect(await llmtop(['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' })
})

describe('wrong usage ends with 2 and one sentence', () => {
  test.each<[string, readonly string[], string]>([
    ['a misspelt command', ['replya', 'x'], "error: unknown command 'replya'; did you mean 'replay'?"],
    ['an unknown command', ['top'], "error: unknown command 'top'; 'llmtop --help' lists them"],
    [
      'a log without its command',
      ['node7.xml'],
      "error: unknown command 'node7.xml'; to play a log, try 'llmtop replay node7.xml'",
    ],
    [
      'an unknown option',
      ['--intervall', '2s'],
      "error: unknown option '--intervall'\n(Did you mean --interval?)",
    ],
    [
      'an interval that is too short',
      ['--interval', '100ms'],
      "llmtop: --interval: '100ms' is not a time from 500ms to 1h",
    ],
    [
      'an interval that is none',
      ['watch', '--interval', 'often'],
      "llmtop: --interval: 'often' is not a time from 500ms to 1h",
    ],
    [
      'a speed that is none',
      ['demo', '--speed', '0'],
      "error: option '--speed <factor>' argument '0' is invalid. give a factor from 0.25 to 64, such as '8', or 'max'.",
    ],
    [
      'a level that is none',
      ['once', '--fail-on', 'panic'],
      "error: option '--fail-on <level>' argument 'panic' is invalid. Allowed choices are watch, warn, critical.",
    ],
    ['no file to replay', ['replay'], "error: missing required argument 'file'"],
    [
      'more than was asked for',
      ['demo', 'twice'],
      "error: too many arguments for 'demo'. Expected 0 arguments but got 1.",
    ],
  ])('%s', async (_, args, sentence) => {
    expect(await llmtop(args)).toEqual({ exitCode: 2, stdout: '', stderr: sentence })
  })
})

test('a reader that has had enough of the help is no fault', async () => {
  expect(await shell('llmtop --help | true; echo ${PIPESTATUS[0]}')).toEqual({
    exitCode: 0,
    stdout: '0',
    stderr: '',
  })
})
