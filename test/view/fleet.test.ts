import { expect, test } from 'vitest'
import type { Fault } from '../../src/core/fault.ts'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { Risk } from '../../src/model/risk.ts'
import { fleetRiskList } from '../../src/view/fleet-risk-list.ts'
import { fleetRows } from '../../src/view/fleet-rows.ts'
import { instanceRows } from '../../src/view/instance-rows.ts'
import type { Scene } from '../../src/view/panel.ts'
import { processesPanel } from '../../src/view/panels/processes.ts'
import { picture } from '../../src/view/picture.ts'
import { see } from '../../src/view/seen.ts'
import type { Seen } from '../../src/view/seen.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'
import { FIRST_VIEWS } from '../../src/view/views.ts'
import { frameWith, gpuWith, hostMemory, sceneOf } from '../support/scene.ts'
import { fleet } from '../support/scene-fleet.ts'
import { kvRisk } from '../support/scene-two-h100.ts'

function filtered(text: string, reversed = false): readonly string[] {
  const scene = fleet()
  const ui = {
    ...scene.ui,
    filters: { ...scene.ui.filters, fleet: text },
    preferences: { ...scene.ui.preferences, reversed },
  }
  return fleetRows({ ...scene, ui }).map(({ host }) => host)
}

test('the worst risk comes first, then who does not answer, then names', () => {
  const order = ['gpu-03', 'gpu-17', 'gpu-22', 'gpu-41', 'gpu-58', 'gpu-01', 'node-a', 'node-b', 'ram-01']
  expect(filtered('')).toEqual(order)
  expect(filtered('', true)).toEqual(order.toReversed())
})

test.each([
  ['node', ['node-a', 'node-b']],
  ['H100 late', ['gpu-41']],
  ['critical', ['gpu-03']],
  ['nowhere', []],
])('the filter %j leaves %j', (text, hosts) => {
  expect(filtered(text)).toEqual(hosts)
})

test('memory is that of all GPUs together, and of the host where there is none', () => {
  const rows = new Map(fleetRows(fleet()).map((row) => [row.host, row]))
  expect(rows.get('gpu-01')).toMatchObject({ gpus: '8 × H100 80GB', isHostMemory: false })
  expect(rows.get('ram-01')).toMatchObject({ gpus: '', isHostMemory: true })
  const gib = (host: string) => {
    const { usedBytes } = rows.get(host) ?? { usedBytes: undefined }
    return usedBytes?.kind === 'known' ? Math.round(usedBytes.value / 1024 ** 3) : undefined
  }
  expect([gib('gpu-01'), gib('ram-01')]).toEqual([571, 241])
})

test('the ranks of one engine on two hosts are one row with the hottest', () => {
  expect(instanceRows(fleet().hosts)).toMatchObject([
    {
      engine: 'vllm',
      hosts: ['node-a', 'node-b'],
      ranksSeen: 16,
      ranksInAll: { kind: 'known', value: 16 },
      hottest: { host: 'node-b' },
    },
  ])
})

test('the ranks of one engine have one warning of a kind, that of the rank in most danger', () => {
  const scene = fleet()
  const risky = (host: string, level: Risk['level'], seconds: number) =>
    scene.hosts
      .filter(({ frame }) => frame.host === host)
      .map(({ frame }) => {
        const eta = { seconds, lowSeconds: seconds, highSeconds: seconds }
        const risk: Risk = { ...kvRisk(), id: 'kv-saturation:vllm:900', workload: 'vllm:900', level, eta }
        return see(undefined, { ...frame, risks: [risk] })
      })
  const others = scene.hosts.filter(({ frame }) => !frame.host.startsWith('node-'))
  const hosts = [...risky('node-a', 'watch', 60), ...risky('node-b', 'warn', 900), ...others]
  expect(
    fleetRiskList(hosts).map(({ risk, frame, elsewhere }) => [risk.level, frame.host, elsewhere]),
  ).toEqual([
    ['critical', 'gpu-03', 0],
    ['warn', 'node-b', 1],
    ['warn', 'gpu-17', 0],
    ['watch', 'gpu-22', 0],
  ])
  expect(instanceRows(hosts)).toMatchObject([{ risk: { level: 'warn' } }])
  const listed = linesOf({ ...scene, hosts }).filter((line) => line.includes('node-b +1'))
  expect(listed).toHaveLength(1)
})

test('the hottest rank is a card, measured against its own ceiling', () => {
  const scene = fleet()
  const hot = scene.hosts.map((one) => {
    const [workload] = one.frame.workloads
    if (one.frame.host !== 'node-a' || workload?.ceiling.kind !== 'known') return one
    const share = (uuid: string, gib: number) => ({
      uuid,
      usedBytes: known(gibibytes(gib)),
      slices: workload.memory.slices,
    })
    const memory = { ...workload.memory, perGpu: [share('GPU-0', 60), share('GPU-5', 76)] }
    const perGpu = ['GPU-0', 'GPU-5'].map((uuid) => ({
      uuid,
      bytes: gibibytes(77),
      lowBytes: gibibytes(77),
      highBytes: gibibytes(77),
    }))
    const ceiling = known({ ...workload.ceiling.value, perGpu })
    return { ...one, frame: { ...one.frame, workloads: [{ ...workload, memory, ceiling }] } }
  })
  const onlyA = hot.filter(({ frame }) => frame.host !== 'node-b')
  expect(instanceRows(onlyA)[0]?.hottest).toMatchObject({ host: 'node-a', gpu: known(5) })
})

test('engines on Ray have no address: their models tell them apart', () => {
  const scene = fleet()
  const ranks = scene.hosts.filter(({ frame }) => frame.host.startsWith('node-'))
  const named = (model: string, host: string) =>
    ranks.slice(0, 1).map(({ frame }) =>
      see(undefined, {
        ...frame,
        host,
        workloads: frame.workloads.map((workload) => ({
          ...workload,
          model: { ...workload.model, name: model === '' ? missing('not-reported') : known(model) },
          partial: { instance: 'vllm on Ray', ranksHere: 8, ranksInAll: missing('not-reported') },
        })),
      }),
    )
  const hostsOf = (...seen: (readonly Seen[])[]) => instanceRows(seen.flat()).map(({ hosts }) => hosts)
  expect(hostsOf(named('a', 'n1'), named('', 'n2'))).toEqual([['n1', 'n2']])
  expect(hostsOf(named('a', 'n1'), named('b', 'n2'), named('b', 'n3'))).toEqual([['n1'], ['n2', 'n3']])
})

test('an instance with a rank that is not seen says so by its count', () => {
  const scene = fleet()
  const one: Scene = { ...scene, hosts: scene.hosts.filter(({ frame }) => frame.host !== 'node-b') }
  expect(instanceRows(one.hosts)).toMatchObject([{ ranksSeen: 8, hottest: { host: 'node-a' } }])
})

test('many hosts keep half an hour each, a few keep a day', () => {
  const frame: Frame = fleet().frame
  const points = (depth: number) => {
    let seen = see(undefined, frame, depth)
    for (let i = 1; i < 1500; i++)
      seen = see(seen, { ...frame, elapsedMs: frame.elapsedMs + i * 2000 }, depth)
    return seen.history.host.levels.length
  }
  expect([points(1), points(4)]).toEqual([1, 2])
})

const SIZE = { columns: 120, rows: 30 }

function linesOf(scene: Scene): readonly string[] {
  return picture(scene, SIZE).lines.map((line) => line.map(({ text }) => text).join(''))
}

test('a host that has not answered yet has no values, and one that is gone says why', () => {
  const scene = fleet()
  const fault: Fault = { kind: 'ssh', host: 'gpu-77', trouble: 'unknown-host-key', text: '' }
  const unknown = missing('not-yet-known')
  const nothing = { hostMemory: { ...hostMemory(0, 0), totalBytes: unknown, availableBytes: unknown } }
  const never = frameWith({
    ...nothing,
    host: 'gpu-76',
    link: { state: 'connecting', ageMs: 0, retryInMs: null },
  })
  const refused = frameWith({
    ...nothing,
    host: 'gpu-77',
    link: { state: 'auth', ageMs: 0, retryInMs: null },
    faults: [{ fault, ageMs: 0 }],
  })
  const hosts = [never, refused].map((frame) => see(undefined, frame))
  const [, , , first, second] = linesOf({ ...scene, hosts }).map((line) => line.slice(1, -1).trimEnd())
  expect(first).toMatch(/^▸gpu-76 +connecting –  +–  +–  +– +\? connecting +0 s$/)
  expect(second).toMatch(/^ gpu-77 +no login   –  +–  +–  +– +\? host key +0 s$/)
})

test('the last values of a host that no longer answers are dim, and its badge is the time since', () => {
  const { frame } = fleet()
  const gone = see(undefined, { ...frame, link: { state: 'down', ageMs: 42_000, retryInMs: 4000 } })
  const scene: Scene = { ...fleet(), ...gone, ui: { ...INITIAL_UI, views: FIRST_VIEWS } }
  const tones = (one: Scene) => new Set(picture(one, SIZE).lines[1]?.flatMap(({ tone }) => tone ?? []))
  expect(tones(scene)).toEqual(new Set(['dim']))
  expect(tones({ ...scene, ...see(undefined, frame) }).size).toBeGreaterThan(2)
  expect(linesOf(scene)[0]).toMatch(/^ llmtop {2}gpu-01 .*DOWN 42 s, retry in 4\.0 s .*\? no answer/)
  expect(linesOf(scene)[0]).not.toContain('LIVE')
})

test('where only Prometheus tells of a host, its processes are not said to be hidden by the driver', () => {
  const unlisted = gpuWith(0, { processes: missing('not-reported') })
  const source = { kind: 'prometheus', label: 'prometheus:9090' } as const
  const scene = sceneOf([frameWith({ source, gpus: [unlisted] })])
  const text = processesPanel.view(scene, { columns: 100, rows: 4 })
  expect(JSON.stringify(text)).toContain('llmtop on that host shows them')
})
