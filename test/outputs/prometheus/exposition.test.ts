import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { known, missing } from '../../../src/core/reading.ts'
import { gibibytes } from '../../../src/core/units.ts'
import type { Frame } from '../../../src/model/frame.ts'
import { exposition, type ExpositionFormat } from '../../../src/outputs/prometheus/exposition.ts'
import { METRICS } from '../../../src/outputs/prometheus/metrics.ts'
import { metricsMarkdown } from '../../../src/outputs/prometheus/metrics-markdown.ts'
import { openMetricsFaults } from '../../support/openmetrics.ts'
import { frameWith, gpuWith, slices, workloadWith } from '../../support/scene.ts'
import { kvRisk, twoH100Frames } from '../../support/scene-two-h100.ts'
import { eightGpusFrames, SCENES } from '../../support/scenes.ts'

const PROMTOOL = spawnSync('promtool', ['--version']).status === 0

function page(frames: readonly Frame[], format: ExpositionFormat = 'text'): string {
  return exposition(
    frames.map((frame) => ({ frame, warnings: new Map([['cuda-oom', 2]]) })),
    format,
  )
}

function seriesOf(text: string, name: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`))
}

function vllm(id: string, gib: number): ReturnType<typeof workloadWith> {
  return workloadWith(id, {
    engine: 'vllm',
    model: {
      name: known('/home/alice/models/Llama-3.1-8B/'),
      source: known('argv'),
      quantization: known('bf16'),
      parameters: known(8_030_261_248),
    },
    memory: {
      usedBytes: known(gibibytes(gib)),
      slices: slices({ weightsBytes: 15, unexplainedBytes: gib - 15 }),
      perGpu: [
        {
          uuid: 'GPU-0',
          usedBytes: known(gibibytes(gib)),
          slices: slices({ weightsBytes: 15, unexplainedBytes: gib - 15 }),
        },
      ],
      residentBytes: missing('not-reported'),
      onCpuRatio: known(0),
    },
  })
}

describe('the page for Prometheus', () => {
  test('has the memory of an engine by part, summing to what the driver reports', () => {
    const frame = frameWith({ gpus: [gpuWith(0, {})], workloads: [vllm('vllm:1', 20)] })
    expect(seriesOf(page([frame]), 'llmtop_process_memory_bytes')).toEqual([
      `llmtop_process_memory_bytes{host="node7",gpu="0",uuid="GPU-0",engine="vllm",model="Llama-3.1-8B",part="weights"} ${gibibytes(15)}`,
      `llmtop_process_memory_bytes{host="node7",gpu="0",uuid="GPU-0",engine="vllm",model="Llama-3.1-8B",part="unexplained"} ${gibibytes(5)}`,
    ])
  })

  test('has the limits of an engine, the tightest of two servers that no label tells apart', () => {
    const limited = (id: string, limitGib: number, usedGib: number): ReturnType<typeof workloadWith> => ({
      ...vllm(id, 10),
      vramLimits: [
        {
          kind: 'cgroup',
          gpu: 'GPU-0',
          path: '/a.slice',
          limitBytes: gibibytes(limitGib),
          usedBytes: known(gibibytes(usedGib)),
        },
      ],
      cgroup: known({
        path: '/a.slice',
        limitBytes: gibibytes(limitGib),
        heldBytes: known(gibibytes(usedGib)),
        currentBytes: known(gibibytes(usedGib)),
        oomKills: known(0),
      }),
    })
    const text = page([
      frameWith({
        gpus: [gpuWith(0, {})],
        workloads: [limited('vllm:1', 40, 20), limited('vllm:2', 30, 25)],
      }),
    ])
    const engine = 'engine="vllm",model="Llama-3.1-8B"'
    const card = `host="node7",gpu="0",uuid="GPU-0",${engine},kind="cgroup"`
    expect(text.split('\n').filter((line) => /^llmtop_(vram|cgroup)/.test(line))).toEqual([
      `llmtop_vram_limit_bytes{${card}} ${gibibytes(30)}`,
      `llmtop_vram_limit_used_bytes{${card}} ${gibibytes(25)}`,
      `llmtop_cgroup_memory_limit_bytes{host="node7",${engine}} ${gibibytes(30)}`,
      `llmtop_cgroup_memory_held_bytes{host="node7",${engine}} ${gibibytes(25)}`,
    ])
    expect(text).not.toContain('a.slice')
  })

  test('has the ranks of an engine that spans nodes, and none of one that does not', () => {
    const partial = { instance: 'deepseek@10.0.0.1', ranksHere: 8, ranksInAll: known(16) }
    const text = page([frameWith({ workloads: [{ ...vllm('vllm:1', 20), partial }] })])
    expect(text.split('\n').filter((line) => line.startsWith('llmtop_ranks'))).toEqual([
      'llmtop_ranks_here{host="node7",engine="vllm",model="Llama-3.1-8B"} 8',
      'llmtop_ranks_expected{host="node7",engine="vllm",model="Llama-3.1-8B"} 16',
    ])
    expect(page([frameWith({ workloads: [vllm('vllm:1', 20)] })])).not.toContain('llmtop_ranks')
  })

  test('counts who died lately, by cause', () => {
    const death = { workload: 'vllm:1', engine: 'vllm', atElapsedMs: 0, summary: '', evidence: [] } as const
    const causes = ['cuda-oom', 'cuda-oom', 'host-oom'] as const
    const text = page([frameWith({ deaths: causes.map((cause) => ({ ...death, cause })) })])
    expect(seriesOf(text, 'llmtop_recent_deaths')).toEqual([
      'llmtop_recent_deaths{host="node7",engine="vllm",cause="cuda-oom"} 2',
      'llmtop_recent_deaths{host="node7",engine="vllm",cause="host-oom"} 1',
    ])
  })

  test('adds up two servers of one model on one card, since no label tells them apart', () => {
    const frame = frameWith({ gpus: [gpuWith(0, {})], workloads: [vllm('vllm:1', 20), vllm('vllm:2', 18)] })
    expect(seriesOf(page([frame]), 'llmtop_process_memory_bytes').map((line) => line.split(' ')[1])).toEqual([
      String(gibibytes(30)),
      String(gibibytes(8)),
    ])
  })

  test('names neither pid nor folder', () => {
    const text = page(twoH100Frames(2).slice(-1))
    expect(text).not.toMatch(/"(4200|9120)"|\/home|pid=|command=/)
  })

  test('names pid and command line where that is asked for, and then keeps servers of one model apart', () => {
    const command = ['vllm', 'serve', '/home/alice/models/Llama-3.1-8B/']
    const twins = [4200, 4300].map((pid) => ({ ...vllm(`vllm:${pid}`, 20), rootPid: known(pid), command }))
    const frame = frameWith({ gpus: [gpuWith(0, {})], workloads: twins })
    const text = exposition([{ frame, warnings: new Map() }], 'text', new Set(['pid', 'command']))
    expect(seriesOf(text, 'llmtop_workload_state')).toEqual(
      ['4200', '4300'].map(
        (pid) =>
          `llmtop_workload_state{host="node7",engine="vllm",model="Llama-3.1-8B",pid="${pid}",command="${command.join(' ')}",state="${twins[0]?.state ?? ''}"} 1`,
      ),
    )
    expect(seriesOf(page([frame]), 'llmtop_workload_state').map((line) => line.split(' ')[1])).toEqual(['2'])
  })

  test('cuts what others have named without end', () => {
    const frame = frameWith({ gpus: [gpuWith(0, { name: 'H'.repeat(5000) })] })
    expect(page([frame])).toContain(`model_name="${'H'.repeat(199)}…"`)
  })

  test('has as many series as cards and models, however many servers come and go', () => {
    const twins = (count: number): Frame =>
      frameWith({
        gpus: [gpuWith(0, {})],
        workloads: Array.from({ length: count }, (_, at) => vllm(`vllm:${at}`, 20)),
      })
    const count = (text: string): number => text.split('\n').length
    expect(count(page([twins(40)]))).toBe(count(page([twins(1)])))
  })

  test('leaves out what is missing: no zero that nobody measured', () => {
    const frame = frameWith({ gpus: [gpuWith(0, { powerWatts: missing('not-supported') })] })
    expect(seriesOf(page([frame]), 'llmtop_gpu_power_watts')).toEqual([])
    expect(page([frame])).not.toContain('llmtop_gpu_power_watts')
    expect(seriesOf(page([frame]), 'llmtop_oom_eta_seconds')).toEqual([])
  })

  test('says a warning as the screen does, and when it would come true', () => {
    const risk = { ...kvRisk(), eta: { seconds: 1560, lowSeconds: 1260, highSeconds: 2040 } }
    const [frame] = twoH100Frames(2).slice(-1)
    if (frame === undefined) throw new Error('no frame')
    const text = page([{ ...frame, risks: [risk] }])
    expect(seriesOf(text, 'llmtop_risk')).toEqual([
      'llmtop_risk{host="node7",class="kv-saturation",level="watch",gpu="0",uuid="GPU-0",engine="vllm",model="meta-llama/Llama-3.1-8B-Instruct"} 1',
    ])
    expect(seriesOf(text, 'llmtop_risk_eta_seconds')[0]?.split(' ')[1]).toBe('1560')
    // a full KV cache is no lack of GPU memory
    expect(seriesOf(text, 'llmtop_oom_risk').every((line) => line.endsWith(' 0'))).toBe(true)
  })

  test('keeps hosts apart', () => {
    const text = page(['a', 'b'].map((host) => frameWith({ host, gpus: [gpuWith(0, {})] })))
    expect(seriesOf(text, 'llmtop_up')).toEqual(['llmtop_up{host="a"} 1', 'llmtop_up{host="b"} 1'])
    expect(text.match(/# TYPE llmtop_up /g)).toHaveLength(1)
  })

  test('escapes what others have named', () => {
    const gpu = gpuWith(0, { name: 'H"1\\00' })
    expect(page([frameWith({ gpus: [gpu] })])).toContain('model_name="H\\"1\\\\00"')
  })

  test('ends as OpenMetrics where that is asked for, its families named without suffix', () => {
    const text = page(twoH100Frames(2).slice(-1), 'openmetrics')
    expect(text.endsWith('# EOF\n')).toBe(true)
    expect(text).toContain('# TYPE llmtop_warnings counter\n')
    expect(text).toContain('llmtop_warnings_total{host="node7",rule="cuda-oom"} 2\n')
    expect(text).toContain('# TYPE llmtop_gpu info\n')
    expect(text).toContain('# UNIT llmtop_gpu_memory_used_bytes bytes\n')
  })

  test('stays small: under 150 series for 8 GPUs', () => {
    const text = page(eightGpusFrames(2).slice(-1))
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length).toBeLessThan(150)
  })

  test.each(Object.keys(SCENES))('of the scene %s holds no series twice', (name) => {
    const scene = SCENES[name]?.()
    if (scene === undefined) throw new Error('no such scene')
    const keys = page([scene.frame])
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')))
    expect(new Set(keys).size).toBe(keys.length)
  })

  test.each(Object.keys(SCENES))('of the scene %s is OpenMetrics to the letter', (name) => {
    const scene = SCENES[name]?.()
    if (scene === undefined) throw new Error('no such scene')
    expect(openMetricsFaults(page([scene.frame], 'openmetrics'))).toEqual([])
  })

  test.skipIf(!PROMTOOL).each(Object.keys(SCENES))(
    'of the scene %s passes promtool (skipped where Prometheus is not installed)',
    (name) => {
      const scene = SCENES[name]?.()
      if (scene === undefined) throw new Error('no such scene')
      const checked = spawnSync('promtool', ['check', 'metrics'], {
        input: page([scene.frame]),
        encoding: 'utf8',
      })
      expect([checked.status, checked.stderr]).toEqual([0, ''])
    },
  )
})

test.each([
  ['# TYPE a gauge\na 1\n', 'the page does not end in # EOF'],
  ['# TYPE a gauge\na 1\n# HELP a text\n# EOF\n', '# HELP a text: after samples of its family'],
  ['# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n', 'a is described in two places'],
  ['# TYPE a counter\na 1\n# EOF\n', 'a 1: is no sample of the counter a'],
  ['# TYPE a gauge\n# UNIT a bytes\na 1\n# EOF\n', 'the unit bytes is not in the name a'],
  ['# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n# EOF\n', 'a{x="1"} 2: a second sample of the same series'],
  ['# TYPE a gauge\na{x="1",} 1\n# EOF\n', `'a{x="1",} 1' is neither sample nor description of a family`],
  ['# TYPE a gauge\na{x="\\t"} 1\n# EOF\n', `'a{x="\\t"} 1' is neither sample nor description of a family`],
])('what is no OpenMetrics is found: %j', (text, fault) => {
  expect(openMetricsFaults(text)).toContain(fault)
})

describe('the table of metrics', () => {
  test('names each metric once', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length)
  })

  test('gives each series as many labels as it names', () => {
    for (const make of Object.values(SCENES)) {
      const { frame } = make()
      for (const { name, labels, series } of METRICS) {
        for (const one of series(frame)) expect([name, one.labels.length]).toEqual([name, labels.length])
      }
    }
  })

  test('writes docs/metrics.md', async () => {
    const path = new URL('../../../docs/metrics.md', import.meta.url)
    expect(await readFile(path, 'utf8'), "'npm run metrics' writes it").toBe(metricsMarkdown())
  })
})
