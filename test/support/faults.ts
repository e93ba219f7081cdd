import { DRIVER_TROUBLES, type Fault } from '../../src/core/fault.ts'

// The types of both tables are the proof that no kind is left out; their keys can't be wrong either.
export const FAULT_OF_EACH_KIND: { readonly [K in Fault['kind']]: Extract<Fault, { readonly kind: K }> } = {
  'command-not-found': { kind: 'command-not-found', command: 'nvidia-smi' },
  'command-failed': { kind: 'command-failed', command: 'nvidia-smi', exitCode: 9, lastLine: 'no way' },
  'driver-trouble': { kind: 'driver-trouble', trouble: 'no-driver', text: 'NVIDIA-SMI has failed' },
  'gpu-unreadable': { kind: 'gpu-unreadable', gpu: '00000000:18:00.0', text: 'Unknown Error' },
  'gpu-gone': { kind: 'gpu-gone', gpu: 3, busId: '00000000:41:00.0' },
  'gpus-missing': { kind: 'gpus-missing', listed: 7, attached: 8 },
  truncated: { kind: 'truncated', part: 'nvidia-smi', gpusSeen: 1 },
  'timed-out': { kind: 'timed-out', what: 'nvidia-smi', afterMs: 4000 },
  unreachable: { kind: 'unreachable', host: 'node7', lastLine: 'No route to host' },
  ssh: { kind: 'ssh', host: 'node7', trouble: 'permission-denied', text: 'Permission denied (publickey).' },
  'clock-skew': { kind: 'clock-skew', host: 'node7', aheadMs: -90_000 },
  rebooted: { kind: 'rebooted', host: 'node7' },
  refused: { kind: 'refused', url: 'http://127.0.0.1:8000/metrics', status: 401 },
  'query-failed': { kind: 'query-failed', url: 'http://prometheus:9090/', because: 'answered 401' },
  'no-permission': { kind: 'no-permission', what: "'/proc/4242/environ'" },
  'not-found': { kind: 'not-found', what: "'/models/a.gguf'" },
  'too-large': { kind: 'too-large', what: 'nvidia-smi', maxBytes: 16_777_216 },
  malformed: { kind: 'malformed', part: 'nvidia-smi', where: 'its start', found: '<html>' },
  'pid-namespace': { kind: 'pid-namespace', gpus: 2 },
  'persistence-off': { kind: 'persistence-off', gpus: 1 },
  'loop-mode-left': { kind: 'loop-mode-left', because: 'holds back the end of each document' },
  'unreadable-log': { kind: 'unreadable-log', file: 'a.xml', because: 'it is a folder' },
  'bad-line': { kind: 'bad-line', file: 'a.ndjson', line: 3, because: 'is not a JSON object' },
  'unused-log': { kind: 'unused-log', file: '/var/log/vllm.log', because: 'no workload here is vllm' },
  'torn-tail': { kind: 'torn-tail', file: 'a.ndjson', because: 'line 9 is not a JSON object' },
  'not-recorded': { kind: 'not-recorded', file: 'a.ndjson', because: 'the disk is full' },
  'samples-lost': {
    kind: 'samples-lost',
    file: 'a.ndjson',
    because: 'line 9 is not a JSON object',
    places: 1,
    samples: 58,
    fromEpochMs: Date.UTC(2026, 10, 21, 2, 10, 11),
    toEpochMs: Date.UTC(2026, 10, 21, 2, 11, 9),
  },
}

/** A fault of every kind, every way in which one can end, and every trouble of the driver. */
export const FAULTS: readonly Fault[] = [
  ...Object.values(FAULT_OF_EACH_KIND),
  { ...FAULT_OF_EACH_KIND['command-failed'], exitCode: null },
  ...DRIVER_TROUBLES.map((trouble) => ({
    kind: 'driver-trouble' as const,
    trouble,
    text: 'its words',
  })),
]
