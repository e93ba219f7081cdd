import { expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { startMemory, type Memory } from '../../src/analyse/memory.ts'
import { step } from '../../src/analyse/step.ts'
import { stopHolder } from '../../src/analyse/advice/idle-holders.ts'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { CEILING_LIMITS } from '../../src/model/ceiling.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'

const CARDS =
  'index, uuid, name, memory.total [MiB], memory.used [MiB], memory.free [MiB]\n0, GPU-1a, NVIDIA L4, 23034 MiB, 20480 MiB, 2554 MiB'
const NAME = 'engine="vllm",model="m"'
const ON_CARD = `gpu="0",uuid="GPU-1a",${NAME}`

function llmtopPage(...more: readonly string[]): string {
  return [
    `llmtop_workload_info{${NAME},kv_growth="preallocated",limited_by="engine-budget",basis="tensors"} 1`,
    `llmtop_workload_state{${NAME},state="idle"} 1`,
    `llmtop_process_memory_bytes{${ON_CARD},part="weights"} ${gibibytes(15)}`,
    `llmtop_process_memory_bytes{${ON_CARD},part="kv_cache"} ${gibibytes(3)}`,
    `llmtop_process_memory_bytes{gpu="0",uuid="GPU-1a",engine="unknown",part="unexplained"} ${gibibytes(1)}`,
    `llmtop_predicted_ceiling_bytes{${ON_CARD}} ${gibibytes(19)}`,
    `llmtop_predicted_ceiling_low_bytes{${ON_CARD}} ${gibibytes(18)}`,
    `llmtop_predicted_ceiling_high_bytes{${ON_CARD}} ${gibibytes(20)}`,
    ...more,
    '',
  ].join('\n')
}

/** Frames of a host at one tick after another, every 15 seconds. */
function framesOf(...ticks: readonly Readonly<Record<string, string>>[]): readonly Frame[] {
  let memory: Memory = startMemory({ kind: 'prometheus', label: 'prometheus:9090' }, RULES)
  return ticks.map((texts, sequence) => {
    const sample: RawSample = {
      host: 'a',
      sequence,
      takenAtEpochMs: sequence * 15_000,
      elapsedMs: sequence * 15_000,
      intervalMs: 15_000,
      parts: new Map(Object.entries(texts).map(([name, text]) => [name, { kind: 'text', text }])),
    }
    const next = step(memory, sample)
    memory = next.memory
    return next.frame
  })
}

function frameOf(texts: Readonly<Record<string, string>>): Frame {
  const [frame] = framesOf(texts)
  if (frame === undefined) throw new Error('no frame')
  return frame
}

test('what llmtop on a host has worked out is taken over: parts, ceiling with its range, and who holds a card', () => {
  const { workloads, gpus } = frameOf({ 'nvidia-smi-csv': CARDS, 'scraped/llmtop': llmtopPage() })
  const [server] = workloads
  expect([server?.engine, server?.state, server?.kv.growth]).toEqual([
    'vllm',
    'idle',
    known('preallocated', 'declared'),
  ])
  const share = { bytes: gibibytes(19), lowBytes: gibibytes(18), highBytes: gibibytes(20) }
  expect(server?.ceiling).toEqual(
    known(
      {
        ...share,
        limitedBy: 'engine-budget',
        basis: 'tensors',
        workings: [],
        perGpu: [{ uuid: 'GPU-1a', ...share }],
      },
      'derived',
    ),
  )
  expect([gpus[0]?.attributedBytes, gpus[0]?.otherBytes, gpus[0]?.unownedBytes]).toEqual(
    [18, 2, 1].map((gib) => known(gibibytes(gib), 'derived')),
  )
})

test('a limit on the memory of a card is one in the fleet too', () => {
  const limit = (metric: string, gib: number): string =>
    `llmtop_vram_limit_${metric}{uuid="GPU-1a",kind="mps",${NAME}} ${gibibytes(gib)}`
  const page = llmtopPage(
    limit('bytes', 20),
    limit('used_bytes', 18),
    `llmtop_weights_on_cpu_ratio{${NAME}} 0.25`,
  )
  const [workload] = frameOf({ 'nvidia-smi-csv': CARDS, 'scraped/llmtop': page }).workloads
  expect(workload?.vramLimits).toEqual([
    {
      kind: 'mps',
      gpu: 'GPU-1a',
      path: undefined,
      limitBytes: gibibytes(20),
      usedBytes: known(gibibytes(18)),
    },
  ])
  expect(workload?.memory.onCpuRatio).toEqual(known(0.25))
})

test('a warning that only the host itself can see is told as its own', () => {
  const risk = `llmtop_risk{class="context-limit",level="warn",${NAME}} 1`
  const eta = `llmtop_risk_eta_seconds{class="context-limit",${NAME}} 40`
  const { risks } = frameOf({ 'nvidia-smi-csv': CARDS, 'scraped/llmtop': llmtopPage(risk, eta) })
  expect(risks.map(({ id, level, summary, eta }) => [id, level, summary, eta?.seconds])).toEqual([
    [
      'context-limit:vllm:m',
      'warn',
      'llmtop on that host warns of an answer cut at the end of its context of vLLM with m',
      40,
    ],
  ])
})

test('tokens per second come from the counters of an engine that only Prometheus asks', () => {
  const page = (tokens: number): string =>
    ['num_requests_running', 'generation_tokens_total', 'prompt_tokens_total']
      .map((name, at) => `vllm:${name}{model_name="m"} ${at === 0 ? 1 : tokens}\n`)
      .join('')
  const [, frame] = framesOf({ 'scraped/vllm/a:8000': page(100) }, { 'scraped/vllm/a:8000': page(400) })
  expect(frame?.workloads[0]?.throughput.generatedTokensPerSecond).toEqual(known(20, 'derived'))
})

test('servers of one model are told apart where the series have their pids', () => {
  const of = (pid: number): string => `llmtop_requests_running{${NAME},pid="${pid}"} ${pid}\n`
  const { workloads } = frameOf({ 'scraped/llmtop': of(4200) + of(4300) })
  expect(workloads.map(({ id, rootPid }) => [id, rootPid])).toEqual([
    ['vllm:4200', known(4200)],
    ['vllm:4300', known(4300)],
  ])
})

test('without a pid nobody can be told to kill one: it is called by its model', () => {
  const { workloads: all, risks } = frameOf({ 'scraped/llmtop': llmtopPage() })
  const workloads = all.filter(({ engine }) => engine !== 'unknown')
  expect(workloads.map(({ rootPid, pids }) => [rootPid, pids])).toEqual([
    [missing('not-reported', 'no label says it'), []],
  ])
  const [workload] = workloads.map((one) => ({
    ...one,
    idleSeconds: known(7200),
    estimated: missing('not-reported'),
  }))
  if (workload === undefined) throw new Error('there is one')
  expect(risks).toEqual([])
  const { action, command } = stopHolder({ workload, heldBytes: gibibytes(18) })
  expect([action, command]).toEqual(['stop vLLM with m, idle for 2 h: it holds 18.0 GiB', undefined])
})

test.each(CEILING_LIMITS)('what keeps an engine from more is read as it was written: %s', (limit) => {
  const page = llmtopPage().replace('limited_by="engine-budget"', `limited_by="${limit}"`)
  const [workload] = frameOf({ 'scraped/llmtop': page, 'nvidia-smi-csv': CARDS }).workloads
  expect(valueOr(workload?.ceiling ?? missing('not-reported'), undefined)?.limitedBy).toBe(limit)
})
