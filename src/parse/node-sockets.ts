import { formatListeningSockets, parseListeningRows, type SocketOwner } from './listening-sockets.ts'

/** What a node's collector says of the sockets of a process (`docs/ssh.md`). */
export interface NodeSockets {
  /** A line `children PID…` (`none` where the kernel does not list them), then `ls -ln` of its and their open files. */
  readonly links: string
  /** The listening rows of /proc/PID/net/tcp and tcp6. */
  readonly rows: string
  /** The same of whoever looked. */
  readonly ownRows: string
}

/** The text of the part `sockets/PID`: where the process and its children listen, by the rules of a local look. */
export function readNodeSockets(pid: number, { links, rows, ownRows }: NodeSockets): string {
  const folders = openSockets(links)
  const children = /^children ([\d ]*)$/m
    .exec(links)?.[1]
    ?.split(' ')
    .filter((word) => word !== '')
  const own = folders.get(`/proc/${pid}/fd`)
  const theirs = (children ?? []).map((child) => folders.get(`/proc/${child}/fd`))
  const sawAll = children !== undefined && own !== undefined && theirs.every((found) => found !== undefined)
  const ownerOf = (inode: string): SocketOwner => {
    if (own?.has(inode) === true) return 'own'
    if (theirs.some((found) => found?.has(inode) === true)) return 'child'
    return sawAll ? 'other' : 'unknown'
  }
  const listening = parseListeningRows(rows)
  const listeners = listening.map(({ address, port, inode }) => ({ address, port, owner: ownerOf(inode) }))
  const [network, ownNetwork] = [`/proc/${pid}/ns/net`, '/proc/self/ns/net'].map((path) =>
    targetOf(links, path),
  )
  const here = new Set(parseListeningRows(ownRows).map(({ inode }) => inode))
  const isSame =
    network !== undefined && ownNetwork !== undefined
      ? network === ownNetwork
      : listening.some(({ inode }) => here.has(inode))
  return formatListeningSockets({ network: isSame ? 'same' : 'other', listeners })
}

/** The inodes of the sockets in each folder that was listed; a folder that may not be listed has no heading. */
function openSockets(links: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  let folder: Set<string> | undefined
  for (const line of links.split('\n')) {
    const heading = /^(\/proc\/\d+\/fd):$/.exec(line)?.[1]
    if (heading !== undefined) found.set(heading, (folder = new Set()))
    const inode = /-> socket:\[(\d+)\]$/.exec(line)?.[1]
    if (inode !== undefined) folder?.add(inode)
  }
  return found
}

function targetOf(links: string, path: string): string | undefined {
  const line = links.split('\n').find((each) => each.includes(` ${path} -> `))
  return line === undefined ? undefined : /-> (net:\[\d+\])$/.exec(line)?.[1]
}
