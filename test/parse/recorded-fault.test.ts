import { describe, expect, test } from 'vitest'
import { readFault } from '../../src/parse/recorded-fault.ts'
import { FAULTS } from '../support/faults.ts'

// of a log itself: they arise while it is read and never stand in it
const OF_THE_READER = new Set(['unreadable-log', 'bad-line', 'torn-tail', 'not-recorded'])

describe('a recorded fault', () => {
  test.each(
    FAULTS.filter(({ kind }) => !OF_THE_READER.has(kind)).map((fault) => [fault.kind, fault] as const),
  )('%s is read back as it was written', (_, fault) => {
    expect(readFault(JSON.parse(JSON.stringify(fault)))).toEqual(fault)
  })

  test.each<[unknown, string]>([
    [undefined, 'no kind'],
    ['text', 'no kind'],
    [{ kind: 7 }, 'no kind'],
    [{ kind: 'of-tomorrow' }, 'of-tomorrow'],
    [{ kind: 'toString' }, 'toString'],
    [{ kind: 'torn-tail', file: 'a', because: 'b' }, 'torn-tail'],
    [{ kind: 'command-not-found' }, 'command-not-found'],
    [{ kind: 'bad\u001b[2J' }, 'bad\ufffd[2J'],
  ])('%o is a fault that says so', (value, found) => {
    expect(readFault(value)).toEqual({ kind: 'malformed', part: 'recording', where: 'a fault', found })
  })

  test('that some other program wrote has its numbers checked and its control characters shown', () => {
    const fault = { kind: 'command-failed', command: 'nv\u0007', exitCode: '9', lastLine: '\u001b[31m' }
    expect(readFault(fault)).toEqual({
      kind: 'command-failed',
      command: 'nv\ufffd',
      exitCode: null,
      lastLine: '\ufffd[31m',
    })
    expect(readFault({ kind: 'driver-trouble', trouble: '__proto__', text: '' })).toEqual({
      kind: 'driver-trouble',
      trouble: 'other',
      text: '',
    })
  })
})
