import { seconds } from '../core/units.ts'
import type { Want } from '../model/want.ts'
import { isInNetworks, parseContainerNetworks } from '../parse/container-networks.ts'
import { parseListeningSockets, type Listener, type ListeningSockets } from '../parse/listening-sockets.ts'
import type { Address } from './allow-list.ts'
import { textAnswer } from './answers.ts'
import type { Answers, Claim } from './engine.ts'
import { isForeign } from './foreign.ts'
import { publishedPorts } from './published-ports.ts'

export type { Address } from './allow-list.ts'

/**
 * The address of an engine that was told to listen on `told`: where its own process listens, whatever it was told. Where
 * nobody may look whose socket it is, the port it was told or takes by default, until what answers there turns out to be
 * something else. In a container with a network of its own it is the port that the container publishes, or the container's
 * address. undefined while it is not known.
 * @param pid the process that answers, where it is not the root (Ollama's server above a runner)
 */
export function addressOf(
  claim: Claim,
  told: Partial<Address>,
  answers: Answers,
  pid: number = claim.root.pid,
): Address | undefined {
  const found = placeOf(claim, told, answers, pid)
  if (found === undefined || found.isItsOwn) return found?.address
  return isForeign(found.address, answers) ? undefined : found.address
}

/** What must be seen before an address is known. */
export function addressWants(claim: Claim, pid: number = claim.root.pid): readonly Want[] {
  return [...new Set([claim.root.pid, pid])].map(socketsWant)
}

/**
 * What of the wants of an engine may be asked now: no page before it was seen where the engine listens. Where that is in a
 * network of its own, the addresses of that network are wanted too.
 */
export function askable(wants: readonly Want[], answers: Answers): readonly Want[] {
  const looked = wants.flatMap((want) => (want.kind === 'sockets' ? [want] : []))
  const isSeen = looked.every(({ pid }) => hasLooked(pid, answers))
  const elsewhere = looked.filter(({ pid }) => socketsOf(pid, answers)?.network === 'other')
  return [
    ...wants.filter(({ kind }) => isSeen || kind !== 'http'),
    ...elsewhere.flatMap(({ pid }) => [addressesWant(pid), ROUTES]),
  ]
}

const LOOPBACK = '127.0.0.1'
const ANY = new Set(['0.0.0.0', '::', '*', ''])
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:]+)$/
/** A server takes its port when it has started; where it listens it stays. */
const LOOK_AGAIN_MS = seconds(5)
const SOCKETS_BYTES = 64 * 1024

function socketsWant(pid: number): Want {
  return { kind: 'sockets', pid, every: LOOK_AGAIN_MS, maxBytes: SOCKETS_BYTES }
}

function socketsOf(pid: number, answers: Answers): ListeningSockets | undefined {
  const text = textAnswer(answers, socketsWant(pid))?.text
  return text === undefined ? undefined : parseListeningSockets(text)
}

interface Place {
  readonly address: Address
  /** False where nobody may look whose socket it is. */
  readonly isItsOwn: boolean
}

function placeOf(claim: Claim, told: Partial<Address>, answers: Answers, pid: number): Place | undefined {
  const sockets = socketsOf(pid, answers)
  if (sockets === undefined) {
    const isOpen = !hasLooked(pid, answers)
    const address = unseenAddress(told)
    // the same port of the host may be another server's; a recording of other hands may hold what answered there
    const isUsable = claim.root.container === undefined || (isOpen && isAnswered(address, answers))
    return address && isUsable ? { address, isItsOwn: isOpen } : undefined
  }
  const listener = listenerOf(sockets, told)
  const address = listener && reachable(sockets, listener, pid, answers)
  return address && { address, isItsOwn: listener.owner !== 'unknown' }
}

/** Also true where the sockets could not be seen; in a recording of long ago nobody has looked. */
function hasLooked(pid: number, answers: Answers): boolean {
  return answers.has(`sockets/${pid}`)
}

/** Where it was told to listen. */
function unseenAddress({ host = LOOPBACK, port }: Partial<Address>): Address | undefined {
  const address = host === 'localhost' || ANY.has(host) ? LOOPBACK : host
  return port === undefined || !isPort(port) || !IP.test(address) ? undefined : { host: address, port }
}

const SIGNS = ['/metrics', '/slots', '/api/ps']

function isAnswered(address: Address | undefined, answers: Answers): boolean {
  if (address === undefined) return false
  return SIGNS.some((path) => answers.has(`http/${address.host}:${address.port}${path}`))
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}

/** The port that was told, else the only one; never one that is seen to be another process's. */
function listenerOf({ listeners }: ListeningSockets, { port }: Partial<Address>): Listener | undefined {
  const toldHere = listeners.filter((listener) => listener.port === port && listener.owner !== 'other')
  // an address that all can reach before one that is somebody's
  const [best] = toldHere.toSorted((a, b) => rank(a.address) - rank(b.address))
  return best ?? onlyPort(listeners, 'own') ?? onlyPort(listeners, 'child')
}

function rank(address: string): number {
  return ANY.has(address) ? 0 : address === LOOPBACK ? 1 : 2
}

function onlyPort(listeners: readonly Listener[], owner: Listener['owner']): Listener | undefined {
  const held = listeners.filter((listener) => listener.owner === owner)
  return new Set(held.map(({ port }) => port)).size === 1 ? held[0] : undefined
}

function reachable(
  { network }: ListeningSockets,
  { address, port }: Listener,
  pid: number,
  answers: Answers,
): Address | undefined {
  if (network === 'same') return { host: ANY.has(address) ? LOOPBACK : address, port }
  // what listens on a container's loopback can't be reached from outside of it
  if (isLoopback(address)) return undefined
  const theirs = addressesIn(pid, answers)
  const published = publishedPorts(answers).find(
    ({ containerAddress, containerPort }) => containerPort === port && theirs.includes(containerAddress),
  )
  if (published !== undefined) {
    const { hostAddress, hostPort } = published
    return { host: ANY.has(hostAddress) ? LOOPBACK : hostAddress, port: hostPort }
  }
  const networks = parseContainerNetworks(textAnswer(answers, ROUTES)?.text ?? '')
  const host = (ANY.has(address) ? theirs : [address]).find((one) => isInNetworks(one, networks))
  return host === undefined ? undefined : { host, port }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

/** How this machine reaches its containers. */
const ROUTES: Want = { kind: 'file', path: '/proc/self/net/route', every: 'once', maxBytes: 64 * 1024 }

function addressesWant(pid: number): Want {
  return {
    kind: 'file',
    path: `/proc/${pid}/net/fib_trie`,
    every: 'once',
    maxBytes: 1024 ** 2,
    reduce: 'local-addresses',
  }
}

function addressesIn(pid: number, answers: Answers): readonly string[] {
  const text = textAnswer(answers, addressesWant(pid))?.text ?? ''
  return text.split('\n').filter((address) => address !== '' && !isLoopback(address))
}
