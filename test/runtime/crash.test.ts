import { describe, expect, test } from 'vitest'
import { crashReport } from '../../src/runtime/crash.ts'
import { runScript } from '../support/run-script.ts'

const PLEA = 'please report these lines, with the log or recording that was being watched if you can share it'

/** Without the places, which change with every line of this file. */
function withoutPlaces(report: string): readonly string[] {
  return report.split('\n').filter((line) => !line.startsWith('  at '))
}

describe('the report of a crash', () => {
  test('names what broke with all its causes, says where, and what to do with it', () => {
    const root = new RangeError('index 7')
    const error = new Error('the chart broke', { cause: new Error('no room', { cause: root }) })
    const report = crashReport('0.1.0', error)
    expect(withoutPlaces(report)).toEqual([
      'llmtop 0.1.0 has a bug and had to stop: the chart broke',
      '  because: no room',
      '  because: index 7',
      PLEA,
      '',
    ])
    expect(report).toMatch(/^ {2}at .*crash\.test\.ts/m)
  })

  test.each([
    ['a plain string', 'a plain string'],
    [undefined, 'undefined'],
    [new Error('bad \u001b[2J name'), 'bad \ufffd[2J name'],
    [new Error('outer', { cause: 'a string' }), 'outer\n  because: a string'],
  ])('of %o is safe to print', (thrown, words) => {
    expect(withoutPlaces(crashReport('0.1.0', thrown)).join('\n')).toBe(
      `llmtop 0.1.0 has a bug and had to stop: ${words}\n${PLEA}\n`,
    )
  })
})

describe('a crash', () => {
  test.each([
    ['an exception', "setTimeout(() => { throw new Error('boom') })"],
    ['a rejection that nobody took', "void Promise.reject(new Error('boom'))"],
  ])('by %s restores the terminal first, reports, and ends with 1', async (_, statement) => {
    const { exitCode, stdout, stderr } = await runScript(`
      import { guardAgainstCrash } from './src/runtime/crash.ts'
      guardAgainstCrash('0.1.0', () => process.stderr.write('restored\\n'))
      ${statement}
      setInterval(() => undefined, 1000)
    `)
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'restored',
      'llmtop 0.1.0 has a bug and had to stop: boom',
    ])
  })
})
