import { expect, test } from 'vitest'
import { missing } from '../../src/core/reading.ts'
import { GIB } from '../../src/core/units.ts'
import { gpuCurves } from '../../src/view/gpu-curves.ts'
import { gpuChart } from '../../src/view/panels/gpu-chart.ts'
import { memoryChart } from '../../src/view/panels/charts.ts'
import type { PanelView, Scene } from '../../src/view/panel.ts'
import { frameWith, gpuWith, h100Memory, sceneOf } from '../support/scene.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

test('the axis of memory reaches what is used where no total is known', () => {
  const scene = twoH100()
  const unknown = missing('not-reported')
  const gpus = scene.frame.gpus.map((gpu) => ({
    ...gpu,
    memory: { ...gpu.memory, totalBytes: unknown, freeBytes: unknown },
  }))
  const { yMax, curves } = gpuCurves({ ...scene, frame: { ...scene.frame, gpus } }, 'memory')
  expect([yMax / GIB, curves.map(({ latest }) => latest?.text)]).toEqual([72, ['71.4', '61.1']])
})

test('where no total is known the axis reaches the highest memory that is drawn, and no longer than that', () => {
  const top = (view: PanelView) => [view.lines[0]?.[0]?.text, highest(view)]
  const size = { columns: 80, rows: 10 }
  expect(top(memoryChart.view(fallen(8), size))).toEqual(['  60┤', 1])
  // ten minutes later what was high has left the plot
  expect(top(memoryChart.view(fallen(720), size))).toEqual(['  10┤', 1])
})

test('of a GPU whose total is not known no share of memory is drawn', () => {
  const view = gpuChart.view(fallen(8), { columns: 80, rows: 10 })
  expect(view.kind === 'chart' ? view.chart.curves.length : 0).toBe(2)
})

// Of a log without totals: a minute with 60 GiB in use, then `samples` with 10.
function fallen(samples: number): Scene {
  const unknown = missing('not-reported')
  const used = [...new Array<number>(30).fill(60), ...new Array<number>(samples).fill(10)]
  const frames = used.map((gib, sequence) =>
    frameWith({
      sequence,
      elapsedMs: 2000 * sequence,
      gpus: [gpuWith(0, { memory: { ...h100Memory(gib), totalBytes: unknown, freeBytes: unknown } })],
    }),
  )
  return sceneOf(frames)
}

function highest(view: PanelView): number {
  if (view.kind !== 'chart') return NaN
  return Math.max(...view.chart.curves.flatMap(({ columns }) => columns.map((range) => range?.high ?? 0)))
}
