import { expect, test } from 'vitest'
import { known, map } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import { commandsInView, risksInView } from '../../src/view/in-view.ts'
import type { Line, Scene } from '../../src/view/panel.ts'
import { commandPanel } from '../../src/view/panels/command.ts'
import { gapsPanel } from '../../src/view/panels/gaps.ts'
import { riskPanel } from '../../src/view/panels/risk.ts'
import { settingsPanel } from '../../src/view/panels/settings.ts'
import { slotsPanel } from '../../src/view/panels/slots.ts'
import { sumPanel } from '../../src/view/panels/sum.ts'
import { workloadChart } from '../../src/view/panels/workload-chart.ts'
import { tensorParallel } from '../support/scene-many.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

function detail(scene: Scene, id: string): Scene {
  return { ...scene, ui: { ...scene.ui, views: [{ kind: 'overview' }, { kind: 'workload', id }] } }
}

function text(lines: readonly Line[]): readonly string[] {
  return lines.map((line) =>
    line
      .map((span) => span.text)
      .join('')
      .trimEnd(),
  )
}

const VLLM = detail(twoH100(), 'vllm:4200')

test('the sum stands term by term: measured, predicted, and how far they are apart', () => {
  expect(text(sumPanel.lines(VLLM, 66))).toEqual([
    '                                        measured predicted  drift',
    '  weights         8.03 B, bf16              15.0      15.0   +0.0',
    '  KV pool                                   52.3      52.1   +0.2',
    '    in use        342k of 428k tokens       41.8',
    '  activations                                1.1       1.3   −0.2',
    '  context, graphs                            1.4       4.5   −3.1',
    '  unexplained                                0.1',
    ` ${'─'.repeat(64)}`,
    '  total                                     69.9      72.9',
    "  ceiling         72.0–73.4, bounded by the engine's budget",
    '  headroom        10.5 GiB, 85,920 tokens, about 7 requests',
  ])
})

test('a term that is no part of the sum has a line of its own', () => {
  const scene = twoH100()
  const workings = [{ term: 'a draft model', bytes: gibibytes(2) }]
  const workloads = scene.frame.workloads.map((one) => ({
    ...one,
    ceiling: one.ceiling.kind === 'known' ? known({ ...one.ceiling.value, workings }) : one.ceiling,
  }))
  const changed = detail({ ...scene, frame: { ...scene.frame, workloads } }, 'vllm:4200')
  expect(text(sumPanel.lines(changed, 66))).toContain(
    '  a draft model                                –       2.0',
  )
})

test('what cannot be told apart is called dynamic, and the parts sum to the total', () => {
  const lines = text(sumPanel.lines(detail(twoH100(), 'transformers:9120'), 66))
  expect(lines.filter((line) => /weights|dynamic|unexplained|total/.test(line))).toEqual([
    '  weights         14.77 B, bf16             27.5      27.5   +0.0',
    '  dynamic         KV, activations           32.3',
    '  total                                     59.8      90.7',
  ])
})

test('a total above its ceiling has drifted by all that it holds beyond the prediction', () => {
  const scene = twoH100()
  const workloads = scene.frame.workloads.map((one) => ({
    ...one,
    ceiling:
      one.ceiling.kind === 'known'
        ? known({ ...one.ceiling.value, bytes: gibibytes(50), highBytes: gibibytes(55) })
        : one.ceiling,
    memory: { ...one.memory, usedBytes: map(one.memory.usedBytes, (bytes) => bytes) },
  }))
  const over = detail({ ...scene, frame: { ...scene.frame, workloads } }, 'transformers:9120')
  expect(text(sumPanel.lines(over, 66))).toContain(
    '  total                                     59.8      50.0   +9.8',
  )
})

test('of an engine on the CPU the total is what it holds in RAM', () => {
  const scene = twoH100()
  const workloads = scene.frame.workloads.map((one) => ({
    ...one,
    memory: { ...one.memory, perGpu: [], residentBytes: known(gibibytes(12.5)) },
  }))
  const lines = text(
    sumPanel.lines(detail({ ...scene, frame: { ...scene.frame, workloads } }, 'vllm:4200'), 66),
  )
  expect(lines.filter((line) => line.includes('total'))).toEqual([
    '  total in RAM                              12.5',
  ])
})

test('the pace of a KV cache is told in the unit of its curve', () => {
  const titleOf = (scene: Scene) => text([workloadChart.title(scene).right])
  expect([titleOf(VLLM), titleOf(detail(twoH100(), 'transformers:9120'))]).toEqual([
    ['+3,300 tokens per minute'],
    ['+3.6G per minute'],
  ])
})

test('a value that was computed agrees with nothing', () => {
  const scene = twoH100()
  const workloads = scene.frame.workloads.map((one) => ({
    ...one,
    ceiling:
      one.ceiling.kind === 'known'
        ? known({ ...one.ceiling.value, workings: [{ term: 'weights', bytes: gibibytes(15) }] })
        : one.ceiling,
    memory: {
      ...one.memory,
      slices: { ...one.memory.slices, weightsBytes: known(gibibytes(15), 'derived') },
    },
  }))
  const lines = text(
    sumPanel.lines(detail({ ...scene, frame: { ...scene.frame, workloads } }, 'vllm:4200'), 66),
  )
  expect(lines[1]).toBe('  weights         8.03 B, bf16              15.0      15.0')
})

test('over several GPUs each has a column, the fullest first where not all fit', () => {
  const scene = detail(tensorParallel(), 'vllm:500')
  const wide = text(sumPanel.lines(scene, 80))
  expect(wide).toContain('  GPU                   0      1      2      3      4      5      6      7')
  expect(wide).toContain('  total              70.0   70.0   70.0   73.0   70.0   70.0   70.0   70.0')
  const narrow = text(sumPanel.lines(scene, 50))
  expect(narrow).toContain('  GPU                   3      0      1      2')
  expect(narrow).toContain('  the fullest 4 of 8 GPUs')
})

test('settings stand under the flag that changes them, and say where they were read', () => {
  expect(text(settingsPanel.lines(VLLM, 50)).slice(0, 7)).toEqual([
    '  --max-model-len          16384          argv',
    '  --max-num-seqs           1024           default',
    '  --kv-cache-dtype         bf16           default',
    '  --gpu-memory-utilization 0.92           default',
    '  --tensor-parallel-size   1              default',
    '  model                    meta-llama/L…  argv',
    '  quantization             bf16',
  ])
})

test('a short flag says what it is, and a setting without a flag has its name', () => {
  const scene = twoH100()
  const workloads = scene.frame.workloads.map((one) => ({
    ...one,
    config: { ...one.config, flags: { contextTokens: '-c', kvTypeK: '-ctk', kvTypeV: '-ctv' } },
  }))
  const changed = detail({ ...scene, frame: { ...scene.frame, workloads } }, 'vllm:4200')
  expect(text(settingsPanel.lines(changed, 50)).slice(0, 5)).toEqual([
    '  -c  context, tokens 16384               argv',
    '  parallel requests   1024                default',
    '  -ctk  KV type K     bf16                default',
    '  -ctv  KV type V     bf16                default',
    '  GPU memory share    0.92                default',
  ])
})

test('flags that the prediction leaves out stand below the settings', () => {
  const [workload] = VLLM.frame.workloads
  const problems = ["'--max-num-seqs many' can't be read", 'the adapters of --lora-modules are not counted']
  const workloads = workload === undefined ? [] : [{ ...workload, config: { ...workload.config, problems } }]
  const lines = text(settingsPanel.lines({ ...VLLM, frame: { ...VLLM.frame, workloads } }, 40))
  expect(lines.slice(-3)).toEqual([
    "  ? '--max-num-seqs many' can't be read",
    '  ? the adapters of --lora-modules are',
    '    not counted',
  ])
})

test('slots and data-parallel engines show how full each is', () => {
  const slots = text(slotsPanel.lines(detail(tensorParallel(), 'llama.cpp:700'), 100))
  expect(slots[0]).toMatch(/^ {2}0 {3}generating +▕▓{19}·▏ +7,900 of 8,192 tokens {2}up to 512 more$/)
  expect(slots[1]).toMatch(/^ {2}1 {3}idle +▕▓{7}·{13}▏ +3,000 of 8,192 tokens$/)
  expect(text(slotsPanel.lines(detail(tensorParallel(), 'vllm:500'), 100))).toHaveLength(2)
})

test('what is not seen stands with what would make it seen', () => {
  expect(text(gapsPanel.lines(VLLM, 120)).join(' ')).toContain('--engine-log FILE')
})

test('what is not seen is named in full where there is room, and never runs into what would show it', () => {
  const [workload] = VLLM.frame.workloads
  const telemetryGaps = [
    { what: 'KV cache use and requests', remedy: 'start it without --disable-log-stats' },
  ]
  const scene = {
    ...VLLM,
    frame: { ...VLLM.frame, workloads: workload === undefined ? [] : [{ ...workload, telemetryGaps }] },
  }
  expect([text(gapsPanel.lines(scene, 76)), text(gapsPanel.lines(scene, 40))]).toEqual([
    ['  KV cache use and requests start it without --disable-log-stats'],
    [
      '  KV cache use and r… start it without',
      '                      --disable-log-sta',
      '                      ts',
    ],
  ])
})

test('a warning says what will happen, why, and each step with its price and its command', () => {
  const lines = text(riskPanel.lines(VLLM, 118)).join('\n')
  expect(lines).toContain('What will happen   vLLM 4200: KV pool 80 %')
  expect(lines).toContain('Why                pool 80 % and rising')
  expect(lines).toMatch(
    /3 {2}FP8 KV cache +adds 428,416 tokens, near lossless when calibrated, needs a restart/,
  )
  expect(lines).toContain('--kv-cache-dtype fp8')
})

test('narrow, the price stands below the step and nothing is cut', () => {
  const lines = text(riskPanel.lines(VLLM, 50))
  expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(
    'FP8 KV cache adds 428,416 tokens, near lossless when calibrated, needs a restart vllm serve',
  )
  expect(lines.every((line) => !line.includes('…'))).toBe(true)
})

test('a long command is broken over lines, and scrolls', () => {
  const scene = detail(twoH100(), 'vllm:4200')
  const at = (commandOffset: number) =>
    text(commandPanel.lines({ ...scene, ui: { ...scene.ui, commandOffset } }, 40))
  expect(at(0)).toEqual([' vllm serve', ' meta-llama/Llama-3.1-8B-Instruct', ' --max-model-len 16384'])
  expect(at(11)[0]).toBe(' meta-llama/Llama-3.1-8B-Instruct')
})

test('a workload that has ended says so, and every panel of it is empty', () => {
  const gone = detail(twoH100(), 'vllm:1')
  expect(text(sumPanel.lines(gone, 60))).toEqual([' this workload has ended; Esc goes back'])
  for (const panel of [settingsPanel, slotsPanel, gapsPanel, commandPanel, riskPanel])
    expect(panel.lines(gone, 60)).toEqual([])
})

test('the commands to copy are those of the warnings in view, else the own one as a shell needs it', () => {
  expect(commandsInView(VLLM)).toHaveLength(2)
  const scene = twoH100()
  const command = ['python3', "it's.py", '--prompt', 'a b', '--n=1']
  const workloads = scene.frame.workloads.map((one) => ({ ...one, command }))
  const calm = { ...scene, frame: { ...scene.frame, risks: [], workloads } }
  expect(commandsInView(detail(calm, 'vllm:4200'))).toEqual([`python3 'it'\\''s.py' --prompt 'a b' --n=1`])
})

test('on the overview the warnings of the row under the cursor are in view', () => {
  const scene = twoH100()
  expect(risksInView(scene).map(({ id }) => id)).toEqual(['cuda-oom:transformers:9120'])
  const cursors = { overview: { selectedId: 'vllm:4200', selectedIndex: 1, scroll: 0 } }
  expect(risksInView({ ...scene, ui: { ...scene.ui, cursors } }).map(({ id }) => id)).toEqual([
    'kv-saturation:vllm:4200',
  ])
})
