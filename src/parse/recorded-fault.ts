import { asNumber, asObject, asOneOf, asText, type JsonObject } from '../core/decode.ts'
import { DRIVER_TROUBLES, type Fault } from '../core/fault.ts'
import { printable } from '../core/text.ts'
import { SSH_TROUBLES } from '../core/ssh-trouble.ts'

/** A fault as a recording holds it, checked field by field; what is none becomes a `malformed` fault that says so. */
export function readFault(value: unknown): Fault {
  const object = asObject(value)
  const kind = asText(object?.['kind'])
  const read = kind !== undefined && Object.hasOwn(READERS, kind) ? READERS[kind as Fault['kind']] : undefined
  return (object && read?.(object)) ?? malformed(kind)
}

type Read = (from: JsonObject) => Fault | undefined

const READERS: Readonly<Record<Fault['kind'], Read>> = {
  'command-not-found': (from) =>
    withText(from, 'command', (command) => ({ kind: 'command-not-found', command })),
  'command-failed': (from) =>
    withText(from, 'command', (command) => ({
      kind: 'command-failed',
      command,
      exitCode: asNumber(from['exitCode']) ?? null,
      lastLine: printable(asText(from['lastLine']) ?? ''),
    })),
  'driver-trouble': (from) =>
    withText(from, 'text', (text) => ({
      kind: 'driver-trouble',
      trouble: asOneOf(DRIVER_TROUBLES, from['trouble']) ?? 'other',
      text,
    })),
  'gpu-unreadable': (from) =>
    withText(from, 'gpu', (gpu) => ({
      kind: 'gpu-unreadable',
      gpu,
      text: printable(asText(from['text']) ?? ''),
    })),
  'gpu-gone': (from) =>
    withText(from, 'busId', (busId) => ({ kind: 'gpu-gone', gpu: asNumber(from['gpu']) ?? 0, busId })),
  'gpus-missing': (from) => ({
    kind: 'gpus-missing',
    listed: asNumber(from['listed']) ?? 0,
    attached: asNumber(from['attached']) ?? 0,
  }),
  truncated: (from) =>
    withText(from, 'part', (part) => ({
      kind: 'truncated',
      part,
      gpusSeen: asNumber(from['gpusSeen']) ?? 0,
    })),
  'timed-out': (from) =>
    withText(from, 'what', (what) => ({ kind: 'timed-out', what, afterMs: asNumber(from['afterMs']) ?? 0 })),
  unreachable: (from) =>
    withText(from, 'host', (host) => ({
      kind: 'unreachable',
      host,
      lastLine: printable(asText(from['lastLine']) ?? ''),
    })),
  ssh: (from) =>
    withText(from, 'host', (host) => ({
      kind: 'ssh',
      host,
      trouble: asOneOf(SSH_TROUBLES, from['trouble']) ?? 'other',
      text: printable(asText(from['text']) ?? ''),
    })),
  'clock-skew': (from) =>
    withText(from, 'host', (host) => ({ kind: 'clock-skew', host, aheadMs: asNumber(from['aheadMs']) ?? 0 })),
  rebooted: (from) => withText(from, 'host', (host) => ({ kind: 'rebooted', host })),
  refused: (from) =>
    withText(from, 'url', (url) => ({ kind: 'refused', url, status: asNumber(from['status']) ?? 0 })),
  'query-failed': (from) =>
    withText(from, 'url', (url) => ({
      kind: 'query-failed',
      url,
      because: printable(asText(from['because']) ?? ''),
    })),
  'no-permission': (from) => withText(from, 'what', (what) => ({ kind: 'no-permission', what })),
  'not-found': (from) => withText(from, 'what', (what) => ({ kind: 'not-found', what })),
  'too-large': (from) =>
    withText(from, 'what', (what) => ({
      kind: 'too-large',
      what,
      maxBytes: asNumber(from['maxBytes']) ?? 0,
    })),
  malformed: (from) =>
    withText(from, 'part', (part) => ({
      kind: 'malformed',
      part,
      where: printable(asText(from['where']) ?? ''),
      found: printable(asText(from['found']) ?? ''),
    })),
  'pid-namespace': (from) => ({ kind: 'pid-namespace', gpus: asNumber(from['gpus']) ?? 0 }),
  'persistence-off': (from) => ({ kind: 'persistence-off', gpus: asNumber(from['gpus']) ?? 0 }),
  'loop-mode-left': (from) => withText(from, 'because', (because) => ({ kind: 'loop-mode-left', because })),
  'unreadable-log': () => undefined,
  'bad-line': () => undefined,
  'unused-log': (from) =>
    withText(from, 'file', (file) => ({
      kind: 'unused-log',
      file,
      because: printable(asText(from['because']) ?? ''),
    })),
  'torn-tail': () => undefined,
  'not-recorded': () => undefined,
  'samples-lost': (from) =>
    withText(from, 'file', (file) => ({
      kind: 'samples-lost',
      file,
      because: printable(asText(from['because']) ?? ''),
      places: asNumber(from['places']) ?? 1,
      samples: asNumber(from['samples']) ?? null,
      fromEpochMs: asNumber(from['fromEpochMs']) ?? null,
      toEpochMs: asNumber(from['toEpochMs']) ?? 0,
    })),
}

function withText(from: JsonObject, key: string, build: (text: string) => Fault): Fault | undefined {
  const text = asText(from[key])
  return text === undefined ? undefined : build(printable(text))
}

function malformed(kind: string | undefined): Fault {
  return { kind: 'malformed', part: 'recording', where: 'a fault', found: printable(kind ?? 'no kind') }
}
