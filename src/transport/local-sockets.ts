import { readdirSync, readlinkSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import {
  formatListeningSockets,
  parseListeningRows,
  type ListeningRow,
  type SocketOwner,
} from '../parse/listening-sockets.ts'
import { readProcessFile } from './proc-files.ts'
import type { Part } from '../model/sample.ts'

/** Listening sockets are opened early, so they are among the first descriptors; a busy server has thousands more. */
const MOST_DESCRIPTORS = 4096
const MOST_CHILDREN = 64
/** So many links are read at one go (about 0.2 ms) before others have their turn. */
const BATCH = 64

/** Where the processes in the network namespace of `pid` listen, and which of these sockets are its own or its children's. */
export async function fetchSockets(procRoot: string, pid: number): Promise<Part> {
  const rows = await readRows(procRoot, `${pid}`)
  if (rows === undefined) {
    return { kind: 'fault', fault: { kind: 'not-found', what: `'${procRoot}/${pid}/net/tcp'` } }
  }
  const ownerOf = await readOwners(procRoot, pid)
  const listeners = rows.map(({ address, port, inode }) => ({ address, port, owner: ownerOf(inode) }))
  const network = (await sharesNetwork(procRoot, pid, rows)) ? 'same' : 'other'
  return { kind: 'text', text: formatListeningSockets({ network, listeners }) }
}

// the kernel lists who listens before who is connected, so that the cut of the reader does no harm
async function readRows(procRoot: string, pid: string): Promise<readonly ListeningRow[] | undefined> {
  const tcp = await readProcessFile(`${procRoot}/${pid}/net/tcp`)
  if (tcp === undefined) return undefined
  const tcp6 = await readProcessFile(`${procRoot}/${pid}/net/tcp6`)
  return [...parseListeningRows(tcp), ...parseListeningRows(tcp6 ?? '')]
}

async function readOwners(procRoot: string, pid: number): Promise<(inode: string) => SocketOwner> {
  const own = await readSockets(procRoot, pid)
  const children = await readChildren(procRoot, pid)
  const theirs: OpenSockets[] = []
  for (const child of children ?? []) theirs.push(await readSockets(procRoot, child))
  const sawAll = children !== undefined && [own, ...theirs].every(({ isWhole }) => isWhole)
  return (inode) => {
    if (own.inodes.has(inode)) return 'own'
    if (theirs.some(({ inodes }) => inodes.has(inode))) return 'child'
    return sawAll ? 'other' : 'unknown'
  }
}

interface OpenSockets {
  readonly inodes: ReadonlySet<string>
  /** False where some of them may not be looked at, or were too many. */
  readonly isWhole: boolean
}

/** The sockets among the open files of a process. */
async function readSockets(procRoot: string, pid: number): Promise<OpenSockets> {
  const inodes = new Set<string>()
  const names = descriptorsOf(procRoot, pid)
  for (const [position, name] of (names ?? []).slice(0, MOST_DESCRIPTORS).entries()) {
    if (position % BATCH === BATCH - 1) await breathe()
    const inode = /^socket:\[(\d+)\]$/.exec(linkAt(`${procRoot}/${pid}/fd/${name}`) ?? '')?.[1]
    if (inode !== undefined) inodes.add(inode)
  }
  return { inodes, isWhole: names !== undefined && names.length <= MOST_DESCRIPTORS }
}

function descriptorsOf(procRoot: string, pid: number): readonly string[] | undefined {
  try {
    return readdirSync(`${procRoot}/${pid}/fd`)
  } catch {
    return undefined
  }
}

/** Those that its first thread has started; undefined where the kernel does not list them (CONFIG_PROC_CHILDREN). */
async function readChildren(procRoot: string, pid: number): Promise<readonly number[] | undefined> {
  const text = await readProcessFile(`${procRoot}/${pid}/task/${pid}/children`)
  const pids = text?.trim().split(/\s+/).filter(Boolean).map(Number)
  return pids === undefined || pids.length > MOST_CHILDREN ? undefined : pids
}

/** The links tell; another user's may not be read, and then a socket that is seen from both sides does. */
async function sharesNetwork(procRoot: string, pid: number, rows: readonly ListeningRow[]): Promise<boolean> {
  const theirs = linkAt(`${procRoot}/${pid}/ns/net`)
  const ours = linkAt(`${procRoot}/self/ns/net`)
  if (theirs !== undefined && ours !== undefined) return theirs === ours
  const here = new Set((await readRows(procRoot, 'self'))?.map(({ inode }) => inode))
  return rows.some(({ inode }) => here.has(inode))
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
