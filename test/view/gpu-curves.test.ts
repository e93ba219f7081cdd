import { expect, test } from 'vitest'
import { missing } from '../../src/core/reading.ts'
import { GIB } from '../../src/core/units.ts'
import { gpuCurves } from '../../src/view/gpu-curves.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

test('the axis of memory reaches what is used where no total is known', () => {
  const scene = twoH100()
  const unknown = missing('not-reported')
  const gpus = scene.frame.gpus.map((gpu) => ({
    ...gpu,
    memory: { ...gpu.memory, totalBytes: unknown, freeBytes: unknown },
  }))
  const { yMax, curves } = gpuCurves({ ...scene, frame: { ...scene.frame, gpus } })
  expect([yMax / GIB, curves.map(({ latest }) => latest?.text)]).toEqual([72, ['71.4', '61.1']])
})
