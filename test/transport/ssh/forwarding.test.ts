import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/transport/ssh/connection.ts'
import { ForwardingAgent } from '../../../src/transport/ssh/forwarding.ts'
import { sshTransport } from '../../../src/transport/ssh/ssh-transport.ts'
import { eventually } from '../../support/eventually.ts'
import { fakeVllm } from '../../support/fake-vllm.ts'
import { programsOf } from '../../support/node-here.ts'
import { titled } from '../../support/skipped.ts'
import { NO_SSHD, startSshd } from '../../support/sshd.ts'
import type { Part } from '../../../src/model/sample.ts'

describe.skipIf(NO_SSHD !== undefined)(
  titled('engines of a node without curl and wget', NO_SSHD),
  { timeout: 40_000 },
  () => {
    test('are asked over a stream that ssh forwards, which is kept for the next tick', async () => {
      const engine = await fakeVllm()
      const { fetch, agent } = await nodeWithoutCurl()
      const pages = [await fetch(engine.port, '/metrics'), await fetch(engine.port, '/v1/models')]
      expect(pages).toMatchObject([
        { kind: 'text', status: 200, text: expect.stringContaining('kv_cache_usage_perc') as string },
        { kind: 'text', status: 200, text: expect.stringContaining('facebook/opt-125m') as string },
      ])
      expect(engine.connections()).toBe(1)
      agent.destroy()
    })

    test('that are not there are not asked again at once, and ssh says why', async () => {
      const { fetch, agent, node } = await nodeWithoutCurl()
      const first = await fetch(1, '/health')
      expect(first).toMatchObject({ kind: 'fault', fault: { kind: 'not-found' } })
      expect(JSON.stringify(first)).toMatch(/open failed.*refused|forwarding failed/)
      expect(await fetch(1, '/health')).toEqual(first)
      const logins = readFileSync(join(node.folder, 'log'), 'utf8').match(/Accepted publickey/g)
      // the one of the collector, and one stream
      expect(logins).toHaveLength(2)
      agent.destroy()
    })

    test('are out of reach where sshd forwards nothing, and that is said', async () => {
      const engine = await fakeVllm()
      const { fetch, agent } = await nodeWithoutCurl(['AllowTcpForwarding no'])
      expect(JSON.stringify(await fetch(engine.port, '/health'))).toMatch(/prohibited|forwarding failed/)
      agent.destroy()
    })

    test('that hang keep nothing alive when the watching ends', async () => {
      const engine = await fakeVllm({ hangs: true })
      const { fetch, agent, node } = await nodeWithoutCurl()
      const answer = fetch(engine.port, '/health')
      await eventually(() => engine.connections() === 1, 'the engine is asked')
      const before = node.sessionPids().length
      agent.destroy()
      expect(await answer).toMatchObject({ kind: 'fault' })
      await eventually(() => node.sessionPids().length < before, 'the session of the stream is over')
    })
  },
)

async function nodeWithoutCurl(configuration: readonly string[] = []) {
  const node = await startSshd({ programs: programsOf({ without: ['curl', 'wget'] }), configuration })
  const ssh = { configFile: node.configFile }
  const elapsedMs = (): number => performance.now()
  const connection = await connect({ host: 'node1', ssh, elapsedMs })
  expect((await connection.hello)?.get('fetch')).toBe('none')
  const agent = new ForwardingAgent({ host: 'node1', ssh, elapsedMs, inTurn: (job) => job() })
  const transport = sshTransport({ host: 'node1', ask: connection.ask, probe: true, forwarding: agent })
  const { signal } = new AbortController()
  return {
    node,
    agent,
    fetch: async (port: number, path: string): Promise<Part | undefined> => {
      const want = { kind: 'http', host: '127.0.0.1', port, path, every: 'tick', maxBytes: 65_536 } as const
      return [...(await transport.fetch(want, signal)).values()][0]
    },
  }
}
