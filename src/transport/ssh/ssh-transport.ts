import { seconds } from '../../core/units.ts'
import { partNames } from '../../model/want.ts'
import { readNodeSockets } from '../../parse/node-sockets.ts'
import { edited } from '../edited.ts'
import { cgroupReader } from '../local-cgroup.ts'
import { httpGet, type KeysByAddress } from '../local-http.ts'
import { textIn } from './answer-text.ts'
import { batched } from './batched.ts'
import { fetchFile } from './file-answer.ts'
import { fetchLog } from './log-answer.ts'
import { fetchPages, objectionTo, type HttpWant } from './http-answer.ts'
import { lookedAt } from './process-answer.ts'
import type { Agent } from 'node:http'
import type { Part } from '../../model/sample.ts'
import type { Want } from '../../model/want.ts'
import type { Transport } from '../transport.ts'
import type { Connection } from './connection.ts'

export interface SshTransportOptions {
  readonly host: string
  /** An order to the node, over whatever connection there is. */
  readonly ask: Connection['ask']
  /** False: no engine is asked over HTTP. */
  readonly probe: boolean
  /** Reaches engines where the node has nothing to ask them with. */
  readonly forwarding?: Agent | undefined
  /** Keys of the node's engines, by their address; the node itself was told them. */
  readonly keys?: KeysByAddress
}

const NO_KEYS: KeysByAddress = new Map()
/** A forwarded stream may have to log in first. */
const FORWARDED_TIMEOUT_MS = seconds(9)

/**
 * Processes, files and engines of a node, each want answered with the same text as on a machine of one's own. What is
 * wanted at one moment travels together. A want that meets the end of its connection has no answer, and is asked again.
 */
export function sshTransport({
  host,
  ask,
  probe,
  forwarding,
  keys = NO_KEYS,
}: SshTransportOptions): Transport {
  const lookAt = batched<number, ReadonlyMap<string, Part>>(async (pids) => {
    const answer = await ask({ name: 'look', words: pids.map((pid) => `w${pid}`).join(' ') })
    const parts = answer === undefined ? new Map<string, Part>() : lookedAt(answer)
    return pids.map((pid) => new Map([...parts].filter(([name]) => name.startsWith(`proc/${pid}/`))))
  })
  let losses = 0
  const readKernelFile = batched<string, string | undefined>(async (paths) => {
    const bytes = paths.map((path) => Buffer.from(path).toString('latin1'))
    const answer = await ask({ name: 'kernel', words: `${paths.length}`, paths: bytes })
    if (answer === undefined) losses += 1
    return paths.map((_, position) => textIn(answer, `${position}`))
  })
  const fetchPage = batched<HttpWant, Part | undefined>((wants) => fetchPages(ask, wants, keys))
  const readCgroup = cgroupReader('/proc', (path) =>
    isKernelPath(path) ? readKernelFile(path) : Promise.resolve(undefined),
  )

  // a group that can't be read is news, a connection that ended is none
  async function fetchCgroup(path: string): Promise<ReadonlyMap<string, Part>> {
    const before = losses
    const parts = await readCgroup(path)
    return losses === before ? parts : new Map<string, Part>()
  }

  async function fetchSockets(pid: number): Promise<Part | undefined> {
    const answer = await ask({ name: 'sockets', words: `${pid}` })
    if (answer === undefined) return undefined
    const rows = textIn(answer, 'rows') ?? ''
    const text = { links: textIn(answer, 'links') ?? '', rows, ownRows: textIn(answer, 'own-rows') ?? '' }
    return { kind: 'text', text: readNodeSockets(pid, text) }
  }

  async function answer(
    want: Exclude<Want, { readonly kind: 'process' | 'cgroup' }>,
    signal: AbortSignal,
  ): Promise<Part | undefined> {
    switch (want.kind) {
      case 'sockets':
        return fetchSockets(want.pid)
      case 'http':
        if (!probe)
          return { kind: 'fault', fault: { kind: 'no-permission', what: 'HTTP probing (--no-probe)' } }
        return (
          objectionTo(want) ??
          (forwarding === undefined ? fetchPage(want) : forwarded(forwarding, want, { keys, signal }))
        )
      case 'file':
      case 'head':
      case 'listing':
        return fetchFile(ask, want)
      case 'log':
        return fetchLog(ask, want)
    }
  }

  return {
    label: host,
    async fetch(want, signal) {
      if (want.kind === 'process') return (await lookAt(want.pid)) ?? new Map<string, Part>()
      if (want.kind === 'cgroup') return fetchCgroup(want.path)
      const part = await answer(want, signal)
      return new Map(part === undefined ? [] : partNames(want).map((name) => [name, part]))
    },
  }
}

async function forwarded(
  agent: Agent,
  want: HttpWant,
  { keys, signal }: { readonly keys: KeysByAddress; readonly signal: AbortSignal },
): Promise<Part> {
  return edited(await httpGet(agent, want, signal, { keys, timeoutMs: FORWARDED_TIMEOUT_MS }), want.reduce)
}

/** One line, and no way up: the node refuses anything else. */
function isKernelPath(path: string): boolean {
  return !/[\n\0]|\.\./.test(path)
}
