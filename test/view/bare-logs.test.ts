import { expect, test } from 'vitest'
import { missing } from '../../src/core/reading.ts'
import type { Frame } from '../../src/model/frame.ts'
import { picture } from '../../src/view/picture.ts'
import {
  frameWith,
  gpuWith,
  h100Memory,
  hostMemory,
  hostProcess,
  processWith,
  sceneOf,
} from '../support/scene.ts'
import { known } from '../../src/core/reading.ts'

// What logs of nvidia-smi alone leave open.

const UNKNOWN = missing('not-reported')
const NO_HOST = { ...hostMemory(1, 1), totalBytes: UNKNOWN, availableBytes: UNKNOWN, oomKills: UNKNOWN }

function screenOf(changes: Partial<Frame>, columns: number, kind: 'overview' | 'gpus' = 'overview'): string {
  const scene = sceneOf([frameWith({ hostMemory: NO_HOST, ...changes })])
  const { lines } = picture({ ...scene, ui: { ...scene.ui, views: [{ kind }] } }, { columns, rows: 30 })
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n')
}

test.each([
  [60, 1], [80, 1], [80, 4], [120, 1], [120, 4], [80, 0], [120, 0],
])('at %i columns, of %i GPUs, it is said that nothing is known of the host', (columns, count) => {
  const gpus = Array.from({ length: count }, (_, i) => gpuWith(i, {}))
  const screen = screenOf({ gpus }, columns)
  expect(screen).toContain('nothing is known of the host')
  expect(screen).not.toContain(' RAM ')
  expect(screen).not.toContain('below is the memory')
}) // prettier-ignore

test('a host of which something is about to be known has its line', () => {
  const soon = missing('not-yet-known')
  const memory = { ...NO_HOST, totalBytes: soon, availableBytes: soon, oomKills: soon }
  expect(screenOf({ hostMemory: memory, gpus: [gpuWith(0, {})] }, 80)).toContain(' RAM ')
})

test('a process that has no name is no blank row', () => {
  const gpu = gpuWith(0, { processes: known([processWith(hostProcess(10_808, '', ['']), '', 1)]) })
  expect(screenOf({ gpus: [gpu] }, 80)).toMatch(/10808 +0 +– +– /)
})

test('a label that stands for several curves has room for its number', () => {
  const gpus = Array.from({ length: 8 }, (_, i) => gpuWith(i, { memory: h100Memory(70.1) }))
  expect(screenOf({ gpus }, 80)).toContain('GPU 0 +7 70.1')
})

test('processes that nobody lists are no count of none', () => {
  const gpus = [0, 1].map((index) => gpuWith(index, { processes: UNKNOWN }))
  const overview = screenOf({ gpus }, 120)
  expect(overview).toContain('Workloads  – ')
  expect(overview).toContain('it is not reported which processes use the memory')
  const page = screenOf({ gpus }, 120, 'gpus')
  expect(page).toContain('Processes  – on this GPU')
  expect(page).toContain('it is not reported which processes use its memory')
})

test('of listed processes none is counted as none', () => {
  const gpus = [gpuWith(0, { processes: known([]) })]
  expect(screenOf({ gpus }, 120)).toContain('Workloads  0 ')
  expect(screenOf({ gpus }, 120, 'gpus')).toContain('Processes  0 on this GPU')
})
