import { describe, expect, test } from 'vitest'
import { judgeRun } from '../../../src/sources/local/smi-policy.ts'
import type { RunEnd, SmiMode } from '../../../src/sources/local/nvidia-smi-run.ts'

describe('after a run of nvidia-smi', () => {
  test('that was ended on purpose the next one starts at once', () => {
    expect(judge({ kind: 'stopped' })).toEqual({ kind: 'again' })
  })

  test('for one document the next one starts with the next tick', () => {
    expect(judge(exited(0, '', 1), 'single')).toEqual({ kind: 'at-next-tick' })
  })

  test('as a loop that proved unfit there are single runs', () => {
    expect(judge({ kind: 'left', because: 'tires' })).toEqual({ kind: 'leave-loop', because: 'tires' })
    expect(judge(exited(2, 'Invalid combination of input arguments.', 0))).toEqual({
      kind: 'leave-loop',
      because: 'is unknown to this version',
    })
  })

  test('for one document that was refused it is tried again, since there is no other way', () => {
    expect(judge(exited(2, 'Invalid option', 0), 'single')).toMatchObject({ kind: 'retry' })
  })

  test('that was not there it is looked for again after half a minute', () => {
    expect(judge({ kind: 'ended', end: { kind: 'not-found' }, documents: 0, text: '' })).toEqual({
      kind: 'retry',
      trouble: { kind: 'fault', fault: { kind: 'command-not-found', command: 'nvidia-smi' } },
      afterMs: 30_000,
    })
  })

  test('that gave an error of the driver its own words are handed on', () => {
    const words = 'Failed to initialize NVML: Driver/library version mismatch\n'
    expect(judge(exited(18, words, 0))).toEqual({
      kind: 'retry',
      trouble: { kind: 'text', text: words },
      afterMs: 1000,
    })
  })

  test('that died with words that nobody understands its exit code and last line are handed on', () => {
    expect(judge(exited(134, 'Aborted\n\n', 7))).toEqual({
      kind: 'retry',
      trouble: {
        kind: 'fault',
        fault: { kind: 'command-failed', command: 'nvidia-smi', exitCode: 134, lastLine: 'Aborted' },
      },
      afterMs: 1000,
    })
  })

  test('that said nothing on standard output the last words on standard error count', () => {
    const end: RunEnd = {
      kind: 'ended',
      end: { kind: 'exited', exitCode: 127, lastWords: 'libfoo.so: cannot open' },
      documents: 0,
      text: ' \n',
    }
    expect(judge(end)).toMatchObject({ trouble: { fault: { lastLine: 'libfoo.so: cannot open' } } })
  })

  test('that fell silent the time it had is named, unless nvidia-smi itself says what is wrong', () => {
    expect(judge({ kind: 'silent', afterMs: 30_000, text: '' })).toMatchObject({
      trouble: { kind: 'fault', fault: { kind: 'timed-out', what: "'nvidia-smi'", afterMs: 30_000 } },
    })
    const words = 'Unable to determine the device handle for GPU0: 0000:01:00.0: Unknown Error\n'
    expect(judge({ kind: 'silent', afterMs: 30_000, text: words })).toMatchObject({
      trouble: { kind: 'text', text: words },
    })
  })

  test('that failed the pauses double up to half a minute', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 40].map((failures) => {
      const verdict = judge(exited(9, '', 0), 'loop', failures)
      return verdict.kind === 'retry' ? verdict.afterMs : undefined
    })
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('no secret leaves with its last words', () => {
    const verdict = judge(exited(1, 'run --api-key sk-verysecret12345', 0))
    expect(JSON.stringify(verdict)).not.toContain('verysecret')
  })
})

function judge(end: RunEnd, mode: SmiMode = 'loop', failures = 0): ReturnType<typeof judgeRun> {
  return judgeRun(end, 'nvidia-smi', mode, failures)
}

function exited(exitCode: number, text: string, documents: number): RunEnd {
  return { kind: 'ended', end: { kind: 'exited', exitCode, lastWords: '' }, documents, text }
}
