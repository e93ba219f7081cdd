import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { innerSize } from '../../src/view/bands.ts'
import type { Placement } from '../../src/view/bands.ts'
import { NO_CURSOR } from '../../src/view/cursor.ts'
import { lineWidth } from '../../src/view/line.ts'
import { bodyOf, layout, SMALLEST } from '../../src/view/layout.ts'
import type { Scene, Size } from '../../src/view/panel.ts'
import { picture } from '../../src/view/picture.ts'
import type { Sheet } from '../../src/view/sheet.ts'
import { topView } from '../../src/view/views.ts'
import {
  frameWith,
  gpuWith,
  h100Memory,
  hostMemory,
  hostProcess,
  processWith,
  sceneOf,
} from '../support/scene.ts'
import { SCENES, unified, viewsOf } from '../support/scenes.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const MANY = sceneOf([frameWith({ gpus: Array.from({ length: 16 }, (_, i) => gpuWith(i, {})) })])
const TRIED: Readonly<Record<string, Scene>> = {
  ...Object.fromEntries(Object.entries(SCENES).map(([name, make]) => [name, make()])),
  'sixteen GPUs': MANY,
  ...withSheets(SCENES['two H100']?.() ?? MANY),
}
// every view where its panels have most to say, at fewer sizes
const VIEWS: Readonly<Record<string, Scene>> = Object.fromEntries(
  ['two H100', 'tensor parallel', 'fleet', 'no GPU', 'hostile names'].flatMap((name) =>
    Object.entries(viewsOf(name, SCENES[name]?.() ?? MANY)),
  ),
)

function withSheets(scene: Scene): Readonly<Record<string, Scene>> {
  const target = { pid: 1, startTicks: 1, name: 'init', user: 'root', command: ['/sbin/init'] }
  const sheets: readonly Sheet[] = [
    { kind: 'sort', before: { sort: 'risk', reversed: false } },
    { kind: 'setup', index: 3 },
    { kind: 'signal', target, index: 0, asked: true },
  ]
  return Object.fromEntries(
    sheets.map((sheet) => [`a choice of ${sheet.kind}`, { ...scene, ui: { ...scene.ui, sheet } }]),
  )
}

function problems(placements: readonly Placement[], size: Size): readonly string[] {
  const cells = new Uint8Array(size.columns * size.rows)
  return placements.flatMap((placement) => {
    const { panel, rect } = placement
    const inner = innerSize(placement)
    if (inner.columns < 1 || inner.rows < 1) return [`${panel} is empty`]
    if (rect.top < 0 || rect.left + rect.columns > size.columns || rect.top + rect.rows > size.rows)
      return [`${panel} sticks out`]
    let overlaps = false
    for (let y = rect.top; y < rect.top + rect.rows; y++) {
      const start = y * size.columns + rect.left
      overlaps ||= cells.subarray(start, start + rect.columns).includes(1)
      cells.fill(1, start, start + rect.columns)
    }
    return overlaps ? [`${panel} overlaps`] : []
  })
}

test.each(Object.keys(TRIED))(
  '%s: at every size panels lie inside, are not empty and do not overlap',
  (name) => {
    const scene = TRIED[name] ?? MANY
    const wrong: string[] = []
    for (let columns = 1; columns <= 300; columns += columns < 130 ? 1 : 7) {
      for (let rows = 1 + (columns % 2); rows <= 90; rows += 2) {
        const found = problems(layout({ columns, rows }, scene), { columns, rows })
        wrong.push(...found.map((problem) => `${columns}×${rows}: ${problem}`))
      }
    }
    expect(wrong).toEqual([])
  },
)

test.each(Object.keys(VIEWS))('%s: at every size panels lie inside, also when scrolled', (name) => {
  const scene = VIEWS[name] ?? MANY
  const wrong: string[] = []
  for (let columns = 50; columns <= 300; columns += columns < 130 ? 9 : 34) {
    for (let rows = 13; rows <= 90; rows += rows < 40 ? 3 : 10) {
      for (const scroll of [0, 7, 999]) {
        const cursors = { [topView(scene.ui.views).kind]: { ...NO_CURSOR, scroll } }
        const scrolled = { ...scene, ui: { ...scene.ui, cursors } }
        const found = problems(layout({ columns, rows }, scrolled), { columns, rows })
        wrong.push(...found.map((problem) => `${columns}×${rows} at ${scroll}: ${problem}`))
      }
    }
  }
  expect(wrong).toEqual([])
})

test('every size from 1×1 to 300×90 has its layout, and its picture fills it', () => {
  const scenes = Object.values({ ...TRIED, ...VIEWS })
  const wrong: string[] = []
  for (let i = 0; i < 300 * 90; i++) {
    const size = { columns: 1 + (i % 300), rows: 1 + Math.floor(i / 300) }
    const scene = scenes[i % scenes.length] ?? MANY
    const found = [
      ...problems(layout(size, scene), size),
      // 37: not in step with the scenes or the columns
      ...(i % 37 === 0 ? badLines(scene, size) : []),
    ]
    wrong.push(...found.map((problem) => `${size.columns}×${size.rows}: ${problem}`))
  }
  expect(wrong).toEqual([])
})

function badLines(scene: Scene, size: Size): readonly string[] {
  const { lines } = picture(scene, size)
  const misfits = lines.filter((line) => lineWidth(line) !== size.columns)
  return [
    ...(lines.length === size.rows ? [] : [`${lines.length} lines`]),
    ...misfits.map((line) => `not as wide: ${line.map(({ text }) => text).join('')}`),
  ]
}

test('a view that is a text is seen whole when it is scrolled', () => {
  const scene = VIEWS['two H100, workload vllm:4200'] ?? MANY
  const size = { columns: 80, rows: 24 }
  const { lines, rows } = bodyOf(size, scene)
  expect(lines).toBeGreaterThan(rows)
  const seen = new Set<string>()
  for (let scroll = 0; scroll <= lines - rows; scroll++) {
    const cursors = { workload: { ...NO_CURSOR, scroll } }
    const { lines: drawn } = picture({ ...scene, ui: { ...scene.ui, cursors } }, size)
    for (const line of drawn) seen.add(line.map(({ text }) => text).join(''))
  }
  const all = [...seen].join('\n')
  for (const words of [
    'Where the bytes are',
    'What to do',
    'tokens in use',
    'Settings',
    'Not seen',
    'Command',
  ])
    expect(all).toContain(words.replace('What to do', 'Do '))
})

test('below 60×15 there is one line, from there on everything that always must be seen', () => {
  const ids = (size: Size) => layout(size, MANY).map(({ panel }) => panel)
  expect(ids({ columns: SMALLEST.columns - 1, rows: 90 })).toEqual(['one-line'])
  expect(ids({ columns: 300, rows: SMALLEST.rows - 1 })).toEqual(['one-line'])
  expect(ids(SMALLEST)).toEqual(expect.arrayContaining(['header', 'gpus', 'host', 'processes', 'keys']))
})

test('the rows are used up to the last', () => {
  for (let rows = 15; rows <= 90; rows++) {
    const used = layout({ columns: 120, rows }, MANY).filter(({ rect }) => rect.left === 0)
    expect(used.reduce((sum, { rect }) => sum + rect.rows, 0)).toBe(rows)
  }
})

test('a chart has at least ten columns and four rows within its box', () => {
  const sizes = [60, 80, 100, 120, 140, 200, 300].flatMap((columns) =>
    Array.from({ length: 76 }, (_, i) => ({ columns, rows: 15 + i })),
  )
  const charts = Object.values(TRIED).flatMap((scene) =>
    sizes.flatMap((size) => layout(size, scene).filter(({ panel }) => panel.startsWith('chart'))),
  )
  const inner = charts.map(innerSize)
  expect(Math.min(...inner.map(({ columns }) => columns))).toBeGreaterThanOrEqual(10)
  expect(Math.min(...inner.map(({ rows }) => rows))).toBeGreaterThanOrEqual(4)
})

test('where there is room for one chart, it is the one at risk', () => {
  const scene = SCENES['two H100']?.() ?? MANY
  const kvFirst: Scene = { ...scene, frame: { ...scene.frame, risks: scene.frame.risks.slice(1) } }
  const charts = (one: Scene) =>
    layout({ columns: 80, rows: 24 }, one).flatMap(({ panel }) => (panel.startsWith('chart') ? [panel] : []))
  expect([charts(scene), charts(kvFirst)]).toEqual([['chart-memory'], ['chart-kv']])
})

function chartsOf(scene: Scene, size: Size): readonly string[] {
  return layout(size, scene).flatMap(({ panel }) => (panel.startsWith('chart') ? [panel] : []))
}

test.each([
  [200, 60, ['memory', 'kv', 'host', 'utilization', 'power', 'temperature']],
  [120, 60, ['memory', 'kv', 'utilization', 'power']],
  [80, 60, ['memory', 'utilization']],
  [200, 49, ['memory', 'kv', 'host']],
])('at %i×%i the charts are %j', (columns, rows, names) => {
  expect(chartsOf(twoH100(), { columns, rows })).toEqual(names.map((name) => `chart-${name}`))
})

test('no chart of a high screen comes or goes with a process, nor gets lower than ten rows', () => {
  const { frame, ...rest } = twoH100()
  const placed = Array.from({ length: 100 }, (_, count) => {
    const processes = Array.from({ length: count }, (__, i) =>
      processWith(hostProcess(9000 + i, 'python3', []), '', 0.1),
    )
    const gpus = frame.gpus.map((gpu) => ({ ...gpu, processes: known(processes) }))
    const scene = { ...rest, frame: { ...frame, gpus } }
    return layout({ columns: 200, rows: 60 }, scene).filter(({ panel }) => panel.startsWith('chart'))
  })
  expect(new Set(placed.map((charts) => charts.map(({ panel }) => panel).join())).size).toBe(1)
  expect(Math.min(...placed.flat().map(({ rect }) => rect.rows))).toBe(10)
})

test('a log that knows no memory shows what it knows', () => {
  const unknown = missing('not-reported')
  const gpu = gpuWith(0, {
    memory: { ...h100Memory(0), totalBytes: unknown, usedBytes: unknown, freeBytes: unknown },
    utilization: { gpuPercent: unknown, memoryPercent: unknown },
    temperatureCelsius: unknown,
  })
  const host = { totalBytes: unknown, availableBytes: unknown }
  const scene = sceneOf([frameWith({ gpus: [gpu], hostMemory: { ...hostMemory(1, 1), ...host } })])
  expect(chartsOf(scene, { columns: 80, rows: 24 })).toEqual(['chart-power'])
})

test('what the user chose to see of GPUs is seen where their memory is the host’s, too', () => {
  const scene = unified()
  const preferences = { ...scene.ui.preferences, chartMetric: 'power' } as const
  const chosen = { ...scene, ui: { ...scene.ui, preferences } }
  expect(chartsOf(chosen, { columns: 120, rows: 40 })).toEqual(['chart-memory', 'chart-host'])
})
