import { describe, expect, test } from 'vitest'
import { addressOf, addressWants, askable } from '../../src/engines/address.ts'
import type { Answers, Claim } from '../../src/engines/engine.ts'
import { partNames, type Want } from '../../src/model/want.ts'
import { answering, claimOn, type Said } from '../support/engine-answers.ts'

const TOLD = { host: '0.0.0.0', port: 8000 }
const claim = claimOn(['vllm serve M'])
const { pid } = claim.root

function found(
  sockets: string,
  said: Readonly<Record<string, Said>> = {},
  told: Parameters<typeof addressOf>[1] = TOLD,
  of: Claim = claim,
): string | undefined {
  const address = addressOf(of, told, answering({ [`sockets/${pid}`]: sockets, ...said }))
  return address === undefined ? undefined : `${address.host} ${address.port}`
}

describe('the address of an engine', () => {
  test.each([
    ['where it was told to listen and does', '0.0.0.0 8000 own', '127.0.0.1 8000'],
    ['also on IPv6', ':: 8000 own', '127.0.0.1 8000'],
    ['also on the loopback of IPv6 alone', '::1 8000 own', '::1 8000'],
    ['also on one address of the machine', '10.0.0.5 8000 own', '10.0.0.5 8000'],
    ['of several addresses the one that all reach', '10.0.0.5 8000 own\n0.0.0.0 8000 own', '127.0.0.1 8000'],
    ['of a child that answers for it', '0.0.0.0 8000 child', '127.0.0.1 8000'],
    ['where it listens, whatever it was told', '127.0.0.1 9123 own\n127.0.0.1 8000 other', '127.0.0.1 9123'],
    ['the told one among several of its own', '127.0.0.1 5000 own\n0.0.0.0 8000 own', '127.0.0.1 8000'],
    ['where nobody may look, the told one', '127.0.0.1 8000 unknown\n127.0.0.1 22 unknown', '127.0.0.1 8000'],
    ["never another process's", '127.0.0.1 8000 other', undefined],
    ['unknown among several of its own that it was not told', '::1 1 own\n::1 2 own', undefined],
    ['unknown while it listens nowhere', '', undefined],
    ['unknown where nobody may look and nobody listens there', '127.0.0.1 22 unknown', undefined],
  ])('%s', (_, listeners, address) => {
    expect(found(`network same\n${listeners}\n`)).toBe(address)
  })

  test('in a recording without sockets is the one that it was told', () => {
    expect(addressOf(claim, TOLD, answering({}))).toEqual({ host: '127.0.0.1', port: 8000 })
    expect(addressOf(claim, { host: 'localhost', port: 1 }, answering({}))).toEqual({
      host: '127.0.0.1',
      port: 1,
    })
    expect(addressOf(claim, { host: 'gpu.example.org', port: 1 }, answering({}))).toBeUndefined()
    expect(addressOf(claim, { port: 70_000 }, answering({}))).toBeUndefined()
  })

  test('of another process than the root is that process is its', () => {
    const sockets = { 'sockets/7': 'network same\n127.0.0.1 11434 own\n' }
    expect(addressOf(claim, { port: 11_434 }, answering(sockets), 7)).toEqual({
      host: '127.0.0.1',
      port: 11_434,
    })
    expect(addressWants(claim, 7).flatMap(partNames)).toEqual([`sockets/${pid}`, 'sockets/7'])
  })
})

describe('a port of which nobody may see whose it is', () => {
  const UNKNOWN = 'network same\n127.0.0.1 8000 unknown\n'
  const page = (path: string, answer: Said): Readonly<Record<string, Said>> => ({
    [`http/127.0.0.1:8000${path}`]: answer,
  })

  test.each([
    ['an HTML page', page('/metrics', '')],
    ["somebody else's metrics, reduced to nothing", page('/metrics', '')],
    ['no such page', page('/metrics', { status: 404, text: 'not found' })],
    ['a redirect', page('/props', { status: 302, text: '' })],
    ['JSON without a field of an engine', page('/props', '{}')],
    ['text', page('/slots', '<html>')],
    [
      'a version, which anybody may have',
      { ...page('/version', '{"version":"1"}'), ...page('/metrics', '') },
    ],
  ])('is given up for good after %s', (_, said) => {
    expect(found(UNKNOWN, said)).toBeUndefined()
  })

  test.each([
    ["an engine's metrics", page('/metrics', 'vllm:num_requests_running 0\n')],
    ["an engine's fields", page('/props', '{"total_slots":4}')],
    [
      'one page of an engine, whatever the others say',
      {
        ...page('/server_info', '{"max_total_num_tokens":1}'),
        ...page('/metrics', { status: 404, text: '' }),
      },
    ],
    ['nothing yet', {}],
    ['that it is loading', page('/props', { status: 503, text: 'Loading model' })],
  ])('is kept after %s', (_, said) => {
    expect(found(UNKNOWN, said)).toBe('127.0.0.1 8000')
  })

  test('is given up too where not even the sockets can be seen', () => {
    const unseen: Answers = new Map([
      ...answering(page('/metrics', '')),
      [
        `sockets/${pid}`,
        {
          part: undefined,
          renewedAtMs: 0,
          trouble: { fault: { kind: 'not-found', what: 'it' }, sinceMs: 0 },
        },
      ],
    ])
    expect(addressOf(claim, TOLD, new Map([...unseen].slice(1)))).toEqual({ host: '127.0.0.1', port: 8000 })
    expect(addressOf(claim, TOLD, unseen)).toBeUndefined()
  })

  test('that is the own one is kept whatever it answers', () => {
    expect(found('network same\n127.0.0.1 8000 own\n', page('/metrics', ''))).toBe('127.0.0.1 8000')
  })
})

describe('an engine in a network of its own', () => {
  const route = (name: string, base: string, mask = '0000FFFF', gateway = '00000000'): string =>
    `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n${name}\t${base}\t${gateway}\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`
  const addressesOnly = { [`file//proc/${pid}/net/fib_trie`]: '127.0.0.1\n172.17.0.2\n' }
  const routed = (text: string): Readonly<Record<string, Said>> => ({
    ...addressesOnly,
    'file//proc/self/net/route': text,
  })
  const addresses = routed(route('docker0', '000011AC'))
  const proxy = (hostIp: string): Readonly<Record<string, Said>> => ({
    'proc/99/cmdline':
      `/usr/bin/docker-proxy -proto tcp -host-ip ${hostIp} -host-port 9000 -container-ip 172.17.0.2 -container-port 8000`.replaceAll(
        ' ',
        '\0',
      ),
  })

  test.each([
    ['at the address of the container', '0.0.0.0 8000 own', addresses, '172.17.0.2 8000'],
    ['at the one address that it chose', '172.17.0.9 8000 own', addresses, '172.17.0.9 8000'],
    ['nowhere outside of this machine', '172.18.0.9 8000 own', addresses, undefined],
    ['nowhere behind another card', '0.0.0.0 8000 own', routed(route('eth0', '000011AC')), undefined],
    [
      'nowhere behind a gateway',
      '0.0.0.0 8000 own',
      routed(route('docker0', '000011AC', '0000FFFF', '0101A8C0')),
      undefined,
    ],
    [
      'nowhere by a default route',
      '0.0.0.0 8000 own',
      routed(route('docker0', '00000000', '00000000')),
      undefined,
    ],
    [
      'by a route of its own',
      '0.0.0.0 8000 own',
      routed(route('cali1', '020011AC', 'FFFFFFFF')),
      '172.17.0.2 8000',
    ],
    ['nowhere, while the routes are not known', '0.0.0.0 8000 own', addressesOnly, undefined],
    [
      'at the port that is published',
      '0.0.0.0 8000 own',
      { ...addresses, ...proxy('0.0.0.0') },
      '127.0.0.1 9000',
    ],
    ['published at one address', ':: 8000 own', { ...addresses, ...proxy('10.0.0.5') }, '10.0.0.5 9000'],
    [
      'not by the proxy of another port',
      '0.0.0.0 8001 own',
      { ...addresses, ...proxy('0.0.0.0') },
      '172.17.0.2 8001',
    ],
    ['nowhere, where it listens on its own loopback', '127.0.0.1 8000 own', addresses, undefined],
    ['nowhere, while its addresses are not known', '0.0.0.0 8000 own', {}, undefined],
  ])('is reached %s', (_, listeners, said, address) => {
    expect(found(`network other\n${listeners}\n`, said)).toBe(address)
  })

  test('of which no sockets were seen is not asked on the ports of the host', () => {
    const container = { id: '0123456789ab', name: undefined }
    const contained = claimOn(['vllm serve M'], { container })
    expect(addressOf(contained, TOLD, answering({}))).toBeUndefined()
  })
})

describe('what may be asked', () => {
  const PAGE: Want = {
    kind: 'http',
    host: '127.0.0.1',
    port: 8000,
    path: '/metrics',
    every: 2000,
    maxBytes: 1000,
  }
  const wants: readonly Want[] = [...addressWants(claim), PAGE]
  const names = (said: Readonly<Record<string, Said>>): readonly string[] =>
    askable(wants, answering(said)).flatMap(partNames)

  test('is no page before it was seen where the engine listens', () => {
    expect(names({})).toEqual([`sockets/${pid}`])
    expect(names({ [`sockets/${pid}`]: 'network same\n' })).toEqual([
      `sockets/${pid}`,
      'http/127.0.0.1:8000/metrics',
    ])
  })

  test('are the addresses of a network that is not ours', () => {
    expect(names({ [`sockets/${pid}`]: 'network other\n' })).toEqual(
      expect.arrayContaining([`file//proc/${pid}/net/fib_trie`, 'file//proc/self/net/route']),
    )
  })
})
