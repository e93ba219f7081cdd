import { describe, expect, test } from 'vitest'
import { describeFault, faultBadge, type DriverTrouble, type Fault } from '../../src/core/fault.ts'
import { printable } from '../../src/core/text.ts'

// The type of this table is the proof that no kind is left out; its keys can't be wrong either.
const FAULTS: { readonly [K in Fault['kind']]: Extract<Fault, { readonly kind: K }> } = {
  'command-not-found': { kind: 'command-not-found', command: 'nvidia-smi' },
  'command-failed': { kind: 'command-failed', command: 'nvidia-smi', exitCode: 9, lastLine: 'no way' },
  'driver-trouble': { kind: 'driver-trouble', trouble: 'no-driver', text: 'NVIDIA-SMI has failed' },
  'gpu-unreadable': { kind: 'gpu-unreadable', gpu: '00000000:18:00.0', text: 'Unknown Error' },
  'gpus-missing': { kind: 'gpus-missing', listed: 7, attached: 8 },
  truncated: { kind: 'truncated', part: 'nvidia-smi', gpusSeen: 1 },
  'timed-out': { kind: 'timed-out', what: 'nvidia-smi', afterMs: 4000 },
  unreachable: { kind: 'unreachable', host: 'node7', lastLine: 'No route to host' },
  refused: { kind: 'refused', url: 'http://127.0.0.1:8000/metrics', status: 401 },
  'no-permission': { kind: 'no-permission', what: "'/proc/4242/environ'" },
  'not-found': { kind: 'not-found', what: "'/models/a.gguf'" },
  'too-large': { kind: 'too-large', what: 'nvidia-smi', maxBytes: 16_777_216 },
  malformed: { kind: 'malformed', part: 'nvidia-smi', where: 'its start', found: '<html>' },
  'pid-namespace': { kind: 'pid-namespace', gpus: 2 },
  'persistence-off': { kind: 'persistence-off', gpus: 1 },
  'loop-mode-left': { kind: 'loop-mode-left', because: 'holds back the end of each document' },
  'unreadable-log': { kind: 'unreadable-log', file: 'a.xml', because: 'it is a folder' },
  'bad-line': { kind: 'bad-line', file: 'a.ndjson', line: 3, because: 'is not a JSON object' },
  'torn-tail': { kind: 'torn-tail', file: 'a.ndjson', because: 'line 9 is not a JSON object' },
}

const TROUBLES: Readonly<Record<DriverTrouble, true>> = {
  'no-library': true,
  'no-driver': true,
  'version-mismatch': true,
  'no-permission': true,
  'gpu-lost': true,
  'reset-required': true,
  blocked: true,
  'no-devices': true,
  timeout: true,
  other: true,
}

const ALL: readonly Fault[] = [
  ...Object.values(FAULTS),
  { ...FAULTS['command-failed'], exitCode: null },
  ...Object.keys(TROUBLES).map((trouble) => ({
    kind: 'driver-trouble' as const,
    trouble: trouble as DriverTrouble,
    text: 'its words',
  })),
]

describe('a fault', () => {
  test.each(ALL.map((fault) => [describeFault(fault), fault] as const))(
    'is said as «%s»',
    (sentence, fault) => {
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object/)
      expect(sentence).toBe(printable(sentence))
      // one sentence without a full stop that begins small, unless with a name (GPU, a URL, a quoted value, a number)
      expect(sentence).toMatch(/^(['a-z0-9]|GPU )/)
      expect(sentence).not.toMatch(/\.(\s|$)|\n/)
      expect(faultBadge(fault).length).toBeLessThanOrEqual(30)
      expect(faultBadge(fault)).toBe(printable(faultBadge(fault)))
    },
  )

  test('has a wording of its own for each kind and for each trouble of the driver', () => {
    const sentences = ALL.map(describeFault)
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  test('names what happened, to what, and what to try', () => {
    expect(describeFault(FAULTS['command-not-found'])).toBe(
      "'nvidia-smi' is not on the PATH; is the NVIDIA driver installed on this machine?",
    )
    expect(describeFault(FAULTS['persistence-off'])).toBe(
      "persistence mode is off on 1 GPU: each nvidia-smi start wakes the card; try 'sudo nvidia-smi -pm 1'",
    )
    expect(describeFault({ ...FAULTS['command-failed'], exitCode: null })).toBe(
      "'nvidia-smi' was ended by a signal: 'no way'; try it by hand",
    )
  })
})
