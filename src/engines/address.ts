import type { Want } from '../model/want.ts'
import type { Answers, Claim } from './engine.ts'
import { textAnswer } from './answers.ts'

/** Where an engine answers: an address of this machine, never a name that somebody else would have to resolve. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * The address of an engine that was told to listen on `host` and `port`; undefined while it is not known. In a container
 * with a network of its own it is the container's address: the same port of the host may be another server's.
 */
export function addressOf(claim: Claim, listens: Partial<Address>, answers: Answers): Address | undefined {
  const { port } = listens
  const reachable = claim.root.container === undefined ? LOOPBACK : containerHost(claim, answers)
  if (port === undefined || !isPort(port) || reachable === undefined) return undefined
  const host = ownAddress(listens.host, reachable)
  return host === undefined ? undefined : { host, port }
}

/** What must be seen before a container's address is known. */
export function addressWants(claim: Claim): readonly Want[] {
  return claim.root.container === undefined ? [] : [addressesWant(`${claim.root.pid}`), addressesWant('self')]
}

const LOOPBACK = '127.0.0.1'
const ANY = new Set(['0.0.0.0', '::', '*', ''])
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:]+)$/

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}

/** What listens on a container's loopback can't be reached from outside of it. */
function ownAddress(host: string | undefined, reachable: string): string | undefined {
  if (host === undefined || ANY.has(host)) return reachable
  const address = host === 'localhost' ? LOOPBACK : host
  const isHidden = reachable !== LOOPBACK && (address === LOOPBACK || address === '::1')
  return isHidden || !IP.test(address) ? undefined : address
}

function addressesWant(pid: string): Want {
  return {
    kind: 'file',
    path: `/proc/${pid}/net/fib_trie`,
    every: 'once',
    maxBytes: 1024 ** 2,
    reduce: 'local-addresses',
  }
}

function containerHost(claim: Claim, answers: Answers): string | undefined {
  const theirs = textAnswer(answers, addressesWant(`${claim.root.pid}`))?.text
  const ours = textAnswer(answers, addressesWant('self'))?.text
  if (theirs === undefined || ours === undefined) return undefined
  // the same addresses: it shares the network of the host
  if (theirs === ours) return LOOPBACK
  return theirs.split('\n').find((address) => address !== '' && !address.startsWith('127.'))
}
