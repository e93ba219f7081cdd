import { describe, expect, test } from 'vitest'
import { layout } from '../../src/view/layout.ts'
import type { Scene } from '../../src/view/panel.ts'
import { hostRows } from '../../src/view/host-rows.ts'
import { picture } from '../../src/view/picture.ts'
import type { ViewStack } from '../../src/view/views.ts'
import { hostProcess } from '../support/scene.ts'
import { fleet } from '../support/scene-fleet.ts'
import { noGpu } from '../support/scenes.ts'
import { kvRisk, twoH100 } from '../support/scene-two-h100.ts'

const BIG = { columns: 200, rows: 60 }

function withCursor(scene: Scene, views: ViewStack, selectedIndex: number): Scene {
  const cursor = { selectedId: undefined, selectedIndex, scroll: 0 }
  const [{ kind }] = views
  return { ...scene, ui: { ...scene.ui, views, cursors: { [kind]: cursor } } }
}

function titlesOf(scene: Scene): readonly string[] {
  return picture(scene, BIG).lines.flatMap((line) => {
    const text = line.map((span) => span.text).join('')
    return /^╭─ (.+?) ──/.exec(text)?.[1] ?? []
  })
}

test.each([
  [0, 'gpu-03  Memory  GiB'],
  [8, 'ram-01  Host RAM  GiB'],
])('rows to spare below the hosts show the one under the cursor (%i)', (index, chart) => {
  const scene = withCursor(fleet(), [{ kind: 'fleet' }], index)
  const [name = ''] = chart.split(' ')
  expect(titlesOf(scene)).toEqual([
    'Hosts  9',
    name,
    chart,
    'Over several hosts  1',
    'Warnings of all hosts  3',
  ])
})

test('no box of the fleet moves with the cursor', () => {
  const places = fleet().hosts.map((_, index) =>
    layout(BIG, withCursor(fleet(), [{ kind: 'fleet' }], index)).map(({ panel, rect }) => ({ panel, rect })),
  )
  expect(new Set(places.map((one) => JSON.stringify(one))).size).toBe(1)
})

test.each([
  ['memory that grows', twoH100(), 0, 'Memory  GiB of VRAM'],
  ['a pool that fills', twoH100(), 1, 'KV cache  tokens in use'],
  ['host memory', withHostRisk(noGpu()), 0, 'Host RAM  GiB'],
])('rows to spare in the list of warnings show the curve of %s', (_, scene, index, title) => {
  expect(titlesOf(withCursor(scene, [{ kind: 'warnings' }], index))[1]).toBe(title)
})

function withHostRisk(scene: Scene): Scene {
  return { ...scene, frame: { ...scene.frame, risks: [{ ...kvRisk(), class: 'host-oom' }] } }
}

test('a warning about another host shows the curve of that host', () => {
  const scene = fleet()
  const withoutGpus = scene.hosts.find(({ frame }) => frame.gpus.length === 0)
  expect(titlesOf(withCursor({ ...scene, ...withoutGpus }, [{ kind: 'fleet-warnings' }], 0))).toEqual([
    'Warnings of all hosts  3 now, 0 before',
    'History  % of memory, of time busy, of the power limit',
    '▲ critical  GPU memory runs out, 4–6 min',
  ])
})

test('a chart takes no row that the list of warnings needs', () => {
  const small = { columns: 120, rows: 24 }
  const panels = layout(small, withCursor(twoH100(), [{ kind: 'warnings' }], 0)).map(({ panel }) => panel)
  expect(panels).toEqual(['header', 'warning-list', 'risk', 'keys'])
})

test('rows that the list of warnings leaves go to what to do about the one under the cursor', () => {
  const scene = withCursor({ ...twoH100(), log: [] }, [{ kind: 'warnings' }], 1)
  const [list, risk] = layout({ columns: 80, rows: 15 }, scene).slice(1)
  expect(list).toMatchObject({ panel: 'warning-list', rect: { rows: scene.frame.risks.length + 2 } })
  expect(risk).toMatchObject({ panel: 'risk', rect: { rows: 9 } })
})

describe('rows to spare on the page of the host', () => {
  const host = onPage(twoH100())

  test.each([
    [120, 40],
    [200, 60],
  ])('go to its curve: no box has a blank row at %i×%i', (columns, rows) => {
    const places = layout({ columns, rows }, host)
    const boxes = places.map(({ panel, rect }) => [panel, rect.rows] as const)
    const facts = ['host-facts', 2 + 3] as const
    const table = ['host-processes', 2 + 1 + hostRows(host.frame).length] as const
    expect(boxes).toEqual([
      ['header', 1],
      facts,
      ['chart-host', rows - 2 - facts[1] - table[1]],
      table,
      ['keys', 1],
    ])
  })

  test('are none where its processes fill the page: the curve stands beside the facts', () => {
    const [, facts, chart] = layout({ columns: 120, rows: 24 }, host)
    expect([facts?.panel, facts?.rect.top]).toEqual(['host-facts', chart?.rect.top])
    expect(chart?.panel).toBe('chart-host')
  })
})

function onPage(scene: Scene): Scene {
  const hostProcesses = Array.from({ length: 8 }, (_, i) => hostProcess(900 + i, 'sh', ['sh', '-c', 'x']))
  return {
    ...scene,
    frame: { ...scene.frame, hostProcesses },
    ui: { ...scene.ui, views: [{ kind: 'host' }] },
  }
}
