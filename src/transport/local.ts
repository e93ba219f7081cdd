import { printable } from '../core/text.ts'
import { partNames } from '../model/want.ts'
import { edited, modelHead, reducerFor } from './edited.ts'
import { limiter } from './limiter.ts'
import { cgroupReader } from './local-cgroup.ts'
import { readHead, readListing, readWhole } from './local-file.ts'
import { httpAgent, httpGet, type KeysByAddress } from './local-http.ts'
import { readLog } from './local-log.ts'
import { fetchProcess } from './local-process.ts'
import { fetchSockets } from './local-sockets.ts'
import type { Fault } from '../core/fault.ts'
import type { Part } from '../model/sample.ts'
import type { ReducerId, Want } from '../model/want.ts'
import type { FileBytes } from './local-file.ts'
import type { Transport } from './transport.ts'

export interface LocalTransportOptions {
  readonly procRoot?: string
  /** False: no engine is asked over HTTP. */
  readonly probe: boolean
  /** Keys that the user gave, each for one address. */
  readonly keys?: KeysByAddress
}

type WantOf<Kind extends Want['kind']> = Extract<Want, { readonly kind: Kind }>
type FileWant = WantOf<'file' | 'head' | 'listing' | 'log'>

/** Files that hang (on a dead network mount) hold a thread of Node's pool of four each: the other two are for /proc. */
const FILES_AT_ONCE = 2

/** Processes, files and engines of this machine. */
export function localTransport({ procRoot = '/proc', probe, keys }: LocalTransportOptions): Transport {
  const agent = httpAgent()
  const inTurn = limiter(FILES_AT_ONCE)
  const readCgroup = cgroupReader(procRoot)

  async function answer(
    want: Exclude<Want, WantOf<'process' | 'cgroup'>>,
    signal: AbortSignal,
  ): Promise<Part> {
    if (want.kind === 'sockets') return fetchSockets(procRoot, want.pid)
    if (want.kind !== 'http') return inTurn(() => fetchFile(procRoot, want, signal))
    if (!probe) return { kind: 'fault', fault: { kind: 'no-permission', what: 'HTTP probing (--no-probe)' } }
    return edited(await httpGet(agent, want, signal, { keys }), want.reduce)
  }

  return {
    label: 'local',
    async fetch(want, signal) {
      if (want.kind === 'process') return fetchProcess(procRoot, want.pid)
      if (want.kind === 'cgroup') return readCgroup(want.path)
      const part = await answer(want, signal)
      return new Map(partNames(want).map((name) => [name, part]))
    },
  }
}

async function fetchFile(procRoot: string, want: FileWant, signal: AbortSignal): Promise<Part> {
  if (want.kind === 'log') {
    const log = await readLog(procRoot, want.pid, want.maxBytes, signal)
    return typeof log === 'string'
      ? edited({ kind: 'text', text: log }, want.reduce)
      : { kind: 'fault', fault: log }
  }
  const path = 'viaPid' in want ? `${procRoot}/${want.viaPid}/root${want.path}` : want.path
  if (!want.path.startsWith('/') || /[\n\0]/.test(want.path)) {
    const [part = ''] = partNames(want).map(printable)
    return {
      kind: 'fault',
      fault: { kind: 'malformed', part, where: 'its path', found: printable(want.path) },
    }
  }
  switch (want.kind) {
    case 'file':
      return toText(await readWhole(path, want.maxBytes, signal), reducerFor(path) ?? want.reduce)
    case 'head':
      if (reducerFor(path) !== undefined) {
        return { kind: 'fault', fault: { kind: 'no-permission', what: `'${path}'` } }
      }
      return toBytes(path, await readHead(path, want.maxBytes, signal))
    case 'listing':
      return edited(await readListing(path, want.maxBytes), want.reduce)
  }
}

function toText(found: FileBytes | Fault, reducer: ReducerId | undefined): Part {
  if (found.kind !== 'bytes') return { kind: 'fault', fault: found }
  return edited({ kind: 'text', text: found.bytes.toString('utf8') }, reducer)
}

function toBytes(path: string, found: FileBytes | Fault): Part {
  return found.kind === 'bytes'
    ? modelHead(path, found.bytes, found.sizeBytes)
    : { kind: 'fault', fault: found }
}
