import { printable } from '../core/text.ts'

/** Where processes of one network namespace wait for TCP connections, as seen with one process in mind. */
export interface ListeningSockets {
  /** Whether that process shares the network of whoever looked: else its addresses are a container's own. */
  readonly network: 'same' | 'other'
  readonly listeners: readonly Listener[]
}

export interface Listener {
  /** `127.0.0.1`, `0.0.0.0`, `::1`, `::`; an IPv4 address that is mapped into IPv6 stands as IPv4. */
  readonly address: string
  readonly port: number
  /** Who holds the socket: the process, a child that it started, neither of them, or nobody may look. */
  readonly owner: SocketOwner
}

export type SocketOwner = 'own' | 'child' | 'other' | 'unknown'

/** A row of /proc/PID/net/tcp or tcp6 that listens. */
export interface ListeningRow {
  readonly address: string
  readonly port: number
  /** As in the link `socket:[INODE]` of a file descriptor; one number on the whole machine. */
  readonly inode: string
}

/** The listening rows of /proc/PID/net/tcp or tcp6 (proc(5): numbers in the byte order of the machine, little-endian here). */
export function parseListeningRows(text: string): readonly ListeningRow[] {
  const rows = text.matchAll(
    /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A \S+ \S+ \S+ +\d+ +\d+ (\d+) /gm,
  )
  return Array.from(rows, ([, hex = '', port = '', inode = '']) => ({
    address: addressIn(hex),
    port: Number.parseInt(port, 16),
    inode,
  }))
}

/** The text of the part `sockets/PID`; `parseListeningSockets` reads it back. */
export function formatListeningSockets({ network, listeners }: ListeningSockets): string {
  const lines = listeners.map(({ address, port, owner }) => `${address} ${port} ${owner}`)
  return [`network ${network}`, ...new Set(lines), ''].join('\n')
}

/** What is no line of a listener is passed over. */
export function parseListeningSockets(text: string): ListeningSockets {
  const lines = text.matchAll(/^([\da-f.:]{2,45}) (\d{1,5}) (own|child|other|unknown)$/gm)
  return {
    network: /^network other$/m.test(text) ? 'other' : 'same',
    listeners: Array.from(lines, ([, address = '', port, owner = '']) => ({
      address: printable(address),
      port: Number(port),
      owner: OWNERS.find((known) => known === owner) ?? 'unknown',
    })),
  }
}

const OWNERS: readonly SocketOwner[] = ['own', 'child', 'other', 'unknown']

function addressIn(hex: string): string {
  const bytes = bytesIn(hex)
  if (bytes.length === 4) return bytes.join('.')
  const isMapped = bytes.slice(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255'
  return isMapped ? bytes.slice(12).join('.') : shortened(groupsOf(bytes))
}

/** Each word of eight digits has its bytes backwards. */
function bytesIn(hex: string): readonly number[] {
  const words = hex.match(/.{8}/g) ?? []
  return words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((pair) => Number.parseInt(pair, 16)))
}

function groupsOf(bytes: readonly number[]): readonly string[] {
  return Array.from({ length: bytes.length / 2 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  )
}

/** RFC 5952: the longest run of two or more zeros becomes `::`. */
function shortened(groups: readonly string[]): string {
  const runs = groups.join(':').match(/(?<![^:])0(?::0)+(?![^:])/g) ?? []
  const longest = runs.toSorted((a, b) => b.length - a.length)[0]
  if (longest === undefined) return groups.join(':')
  const [before = '', after = ''] = groups.join(':').split(longest, 2)
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`
}
