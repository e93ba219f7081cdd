import { expect, test } from 'vitest'
import { valueOr } from '../../src/core/reading.ts'
import { processRows } from '../../src/view/process-rows.ts'
import { readFilter } from '../../src/view/row-filter.ts'
import { many, tensorParallel } from '../support/scene-many.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const CHOICES = { sort: 'pid', reversed: false, tree: false } as const

function pids(filter: string, frame = twoH100().frame): readonly number[] {
  return processRows(frame, CHOICES, filter).map(({ pid }) => valueOr(pid, 0))
}

test.each([
  ['', [2210, 4200, 9120]],
  ['llama', [4200]],
  ['XORG', [2210]],
  ['alice', [9120]],
  ['engine:vllm', [4200]],
  ['engine:vllm|transformers', [4200, 9120]],
  ['user:root gpu:0', [2210, 4200]],
  ['gpu:1', [2210, 9120]],
  ['gpu:1 !user:root', [9120]],
  ['!xorg', [4200, 9120]],
  ['vram>60G', [4200]],
  ['vram>=59GiB vram<65g', [9120]],
  ['vram<1g', [2210]],
  ['kv>50%', [4200]],
  ['kv<50', []],
  ['pid:42', [4200]],
  ['pid=2210', [2210]],
  ['risk:critical', [9120]],
  ['risk:kv', [4200]],
  ['tok>1000', [4200]],
  ['command:max-model-len', [4200]],
  ['state:serving', [4200, 9120]],
  ['engine:', [2210, 4200, 9120]],
])('%j leaves %j', (filter, expected) => {
  expect(pids(filter)).toEqual(expected)
})

test('a run of GPUs holds all of them, and idle time is in units of time', () => {
  expect(pids('gpu:5', tensorParallel().frame)).toEqual([500])
  expect(pids('gpu:7', tensorParallel().frame)).toEqual([500, 700])
  expect(pids('gpu:8', tensorParallel().frame)).toEqual([])
  expect(pids('idle>30h', many().frame)).toEqual([20032, 20036])
})

test('what is not known passes no comparison, neither way', () => {
  expect([pids('kv>0'), pids('kv<100')]).toEqual([[4200], [4200]])
})

test.each([
  ['kv>x', "'kv>' needs a number such as 10%"],
  ['vram>10m10', "'vram>' needs a number such as 10k, 10m, 10g, 10t"],
  ['vram>', "'vram>' needs a number such as 10k, 10m, 10g, 10t"],
  ['idle<5g', "'idle<' needs a number such as 10s, 10m, 10h, 10d"],
  ['speed>5', "'speed' is no number: pid vram kv cpu res idle tok"],
  ['colour:red', "'colour' is no column: pid user engine model command type state container risk gpu"],
])('%j is no filter: %s', (filter, message) => {
  expect(readFilter(filter)).toEqual({ kind: 'error', message })
  expect(pids(filter)).toEqual([2210, 4200, 9120])
})
