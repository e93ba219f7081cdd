import { execa } from 'execa'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { fakePrometheus, oneCard, says } from '../support/fake-prometheus.ts'
import { freePort } from '../support/free-port.ts'
import { llmtop, PROGRAM } from '../support/llmtop.ts'

interface SeenFrame {
  readonly host: string
  readonly intervalMs: number
  readonly link: { readonly state: string; readonly ageMs: number }
  readonly gpus: readonly { readonly memory: { readonly usedBytes: number | null } }[]
  readonly faults: readonly { readonly message: string }[]
}

/** Frames of the fleet until one is enough. */
async function fleetUntil(
  url: string,
  isEnough: (frame: SeenFrame) => boolean,
  ...args: readonly string[]
): Promise<readonly SeenFrame[]> {
  const running = execa(process.execPath, [PROGRAM, 'fleet', '--prometheus', url, '--json', ...args], {
    env: { XDG_CONFIG_HOME: '/nonexistent' },
    reject: false,
    buffer: false,
    stdin: 'ignore',
  })
  const frames: SeenFrame[] = []
  // execa's own lines wait for the next one
  for await (const line of createInterface({ input: running.stdout })) {
    const frame = JSON.parse(line) as SeenFrame
    frames.push(frame)
    if (isEnough(frame)) break
  }
  running.kill('SIGTERM')
  await running
  return frames
}

function sentences(frame: SeenFrame | undefined): readonly string[] {
  return (frame?.faults ?? []).map(({ message }) => message.replace(/'http[^']*'/, 'URL'))
}

test.each(['15s', '5m', '1h'])('its own interval is its own: %s', async (interval) => {
  const { url } = await fakePrometheus(oneCard())
  const frames = await fleetUntil(url, ({ host }) => host === 'gpu-01', '--interval', interval)
  expect(frames.at(-1)?.intervalMs).toBe({ '15s': 15_000, '5m': 300_000, '1h': 3_600_000 }[interval])
})

test.each<[string, Parameters<typeof fakePrometheus>[0], string]>([
  [
    'that wants a key',
    says(401, 'who are you?'),
    'the Prometheus at URL answered 401: give a token with --token-file or headers with --header-file',
  ],
  [
    'that lets this key do nothing',
    says(403, '{"status":"error"}', 'application/json'),
    'the Prometheus at URL answered 403: give a token with --token-file or headers with --header-file',
  ],
  [
    'that is a web page',
    says(200, '<html>\n<title>Log in</title>'),
    "the Prometheus at URL answered no JSON but '<title>Log in</title>'",
  ],
  [
    'that has no such path',
    says(404, 'nothing'),
    'the Prometheus at URL has no /api/v1 there: is it the address of a Prometheus, with its path?',
  ],
  [
    'that answers in part',
    oneCard({ warnings: ['store 10.0.0.7 is down'] }),
    "the Prometheus at URL answers in part only: 'store 10.0.0.7 is down'",
  ],
])('one sentence on an address %s', async (_, listener, sentence) => {
  const { url } = await fakePrometheus(listener)
  const frames = await fleetUntil(url, ({ faults }) => faults.length > 0, '--interval', '1s')
  expect(sentences(frames.at(-1))).toEqual([sentence])
})

test('one sentence on an address where nobody listens', async () => {
  const frames = await fleetUntil(`http://127.0.0.1:${await freePort()}`, ({ faults }) => faults.length > 0)
  expect(sentences(frames.at(-1))).toEqual([
    'the Prometheus at URL refuses connections: is it running there?',
  ])
})

test('one sentence on a server that takes the question and never answers', { timeout: 60_000 }, async () => {
  const { url } = await fakePrometheus(() => undefined)
  const frames = await fleetUntil(url, ({ faults }) => faults.length > 0)
  expect(sentences(frames.at(-1))).toEqual(['the Prometheus at URL gave no answer within 10 s'])
})

test('a clock that is off by half a minute is named', async () => {
  const { url } = await fakePrometheus(oneCard({}, 120_000))
  const frames = await fleetUntil(url, ({ faults }) => faults.length > 0)
  expect(frames.at(-1)?.faults.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^the clock of '127\.0\.0\.1' is 1\d\d s ahead;/),
  ])
})

test('a 503 in between leaves the last picture, late and with its age, and is over when answers come', async () => {
  const prometheus = await fakePrometheus(oneCard())
  let wasTroubled = false
  const seen = await fleetUntil(
    prometheus.url,
    ({ faults, host }) => {
      if (host !== 'gpu-01') return false
      const isTroubled = faults.length > 0
      if (!isTroubled && wasTroubled) return true
      wasTroubled ||= isTroubled
      prometheus.answer(isTroubled ? oneCard() : says(503, 'no healthy upstream'))
      return false
    },
    '--interval',
    '1s',
  )
  const troubled = seen.filter(({ faults }) => faults.length > 0)
  expect(troubled.map(sentences)).toEqual(
    troubled.map(() => ["the Prometheus at URL answered 503: 'no healthy upstream'"]),
  )
  expect(troubled.map(({ link, gpus }) => [link.state, gpus.length])).toEqual(troubled.map(() => ['late', 1]))
  expect(troubled.every(({ link }) => link.ageMs > 0)).toBe(true)
  expect(seen.at(-1)?.link.state).toBe('live')
})

test('a password does not stand on the command line, nor does an address without a scheme pass', async () => {
  const { exitCode, stderr } = await llmtop(['fleet', '--prometheus', 'http://a:b@prometheus:9090'])
  expect([exitCode, stderr]).toEqual([
    2,
    "error: option '--prometheus <url>' argument 'http://a:b@prometheus:9090' is invalid. a password does not belong on the command line; use --header-file.",
  ])
  expect((await llmtop(['fleet', '--prometheus', 'prometheus:9090'])).exitCode).toBe(2)
})
