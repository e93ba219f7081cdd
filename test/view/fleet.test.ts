import { expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import { fleetRows } from '../../src/view/fleet-rows.ts'
import { instanceRows } from '../../src/view/instance-rows.ts'
import type { Scene } from '../../src/view/panel.ts'
import { see } from '../../src/view/seen.ts'
import { fleet } from '../support/scene-fleet.ts'

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
      hottest: 'node-b',
    },
  ])
})

test('an instance with a rank that is not seen says so by its count', () => {
  const scene = fleet()
  const one: Scene = { ...scene, hosts: scene.hosts.filter(({ frame }) => frame.host !== 'node-b') }
  expect(instanceRows(one.hosts)).toMatchObject([{ ranksSeen: 8, hottest: 'node-a' }])
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
