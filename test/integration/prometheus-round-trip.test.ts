import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Json } from '../../src/outputs/tree-json.ts'
import { dashboardExpressions } from '../support/dashboard.ts'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { fakeVllm, vllmPage, type FakeEngine } from '../support/fake-engine.ts'
import { PROGRAM } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { freePort } from '../support/free-port.ts'
import { HAS_PROMETHEUS, startPrometheus } from '../support/prometheus.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const RULES = fileURLToPath(new URL('../../docs/deploy/llmtop.rules.yml', import.meta.url))
const LLAMA = 'meta-llama/Llama-3.1-8B-Instruct'
const QWEN = 'Qwen/Qwen3-8B'

if (!HAS_PROMETHEUS)
  console.warn('the round trip through Prometheus is skipped: prometheus and promtool are not installed')

describe.skipIf(!HAS_PROMETHEUS)('a host beside its Prometheus (needs prometheus and promtool)', () => {
  test(
    'warns on its own screen, as an alert, and in the fleet alike, of the same memory',
    { timeout: 120_000 },
    async () => {
      const engines = await Promise.all(
        [LLAMA, QWEN].map((model) =>
          fakeVllm(
            [model, '--gpu-memory-utilization', '0.5', '--max-model-len', '16384'],
            vllmPage(model, 0.42),
          ),
        ),
      )
      const documents = leakOn(1, engines)
      const address = `127.0.0.1:${await freePort()}`
      const prometheus = await startPrometheus({ targets: [address], rules: [RULES] })
      onTestFinished(() => prometheus.kill())
      started(documents, ['serve', '--listen', address, '--interval', '1s'])
      const here = started(documents, ['--json', '--interval', '1s'])
      const live = await frameWhere(
        here,
        ({ gpus, risks }) =>
          gpus[1]?.memory['usedBytes'] === LAST_MIB * 2 ** 20 &&
          risks.some(({ class: one }) => one === 'over-ceiling'),
      )
      expect(live.risks.map(({ class: one, level, gpu }) => [one, level, gpu])).toEqual([
        ['cuda-oom', 'critical', live.gpus[1]?.uuid],
        ['over-ceiling', 'watch', live.gpus[1]?.uuid],
      ])
      const card = { gpu: '1', uuid: live.gpus[1]?.uuid, host: live.host, alertstate: 'firing' }
      const expected = [
        { ...card, alertname: 'LlmtopCritical', severity: 'critical', class: 'cuda-oom', level: 'critical' },
        { ...card, alertname: 'LlmtopWatch', severity: 'info', class: 'over-ceiling', level: 'watch' },
      ]
      await expect
        .poll(() => alerts(prometheus.url), { timeout: 60_000 })
        .toEqual(expected.map((labels) => expect.objectContaining(labels) as unknown))
      for (const expression of dashboardExpressions())
        expect([expression, await statusOf(prometheus.url, expression)]).toEqual([expression, 'success'])
      const fleet = started([], ['fleet', '--prometheus', prometheus.url, '--json', '--interval', '1s'])
      const read = await frameWhere(fleet, ({ risks }) => risks.length >= live.risks.length)
      expect(likened(read)).toEqual(likened(live))
    },
  )
})

const FIRST_MIB = 58_000
const LAST_MIB = 79_000
const SECONDS = 18

/** A card that fills in some seconds beside one that is full by design. */
function leakOn(leaking: number, engines: readonly FakeEngine[]): readonly string[] {
  return Array.from({ length: SECONDS }, (_, second) =>
    nvidiaSmiXml({
      gpus: engines.map(({ pid }, gpu) => {
        const leakedMiB = Math.round(FIRST_MIB + ((LAST_MIB - FIRST_MIB) * second) / (SECONDS - 1))
        const usedMiB = gpu === leaking ? leakedMiB : 40_000
        return {
          totalMiB: 81_559,
          reservedMiB: 559,
          usedMiB,
          processes: [{ pid, name: 'VLLM::EngineCore', usedMiB: usedMiB - 20 }],
        }
      }),
    }),
  )
}

/** Runs the program until the test ends; gives its lines. */
function started(documents: readonly string[], args: readonly string[]): AsyncIterable<unknown> {
  const folder = temporaryFolder()
  if (documents.length > 0) fakeNvidiaSmi(folder, { documents })
  const running = execa(process.execPath, [PROGRAM, ...args], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    reject: false,
    buffer: false,
    stdin: 'ignore',
  })
  onTestFinished(async () => {
    running.kill('SIGTERM')
    await running
  })
  return running.iterable()
}

interface SeenFrame {
  readonly host: string
  readonly gpus: readonly (Readonly<Record<string, Json>> & {
    readonly uuid: string
    readonly memory: Readonly<Record<string, number | null>>
  })[]
  readonly hostMemory: Readonly<Record<string, Json>>
  readonly workloads: readonly Readonly<Record<string, Json>>[]
  readonly risks: readonly {
    readonly class: string
    readonly level: string
    readonly gpu: string | null
    readonly gpus: readonly string[]
  }[]
}

async function frameWhere(
  lines: AsyncIterable<unknown>,
  isSo: (frame: SeenFrame) => boolean,
): Promise<SeenFrame> {
  for await (const line of lines) {
    const frame = JSON.parse(String(line)) as SeenFrame
    if (isSo(frame)) return frame
  }
  throw new Error('it ended before such a frame')
}

async function alerts(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1/query?query=ALERTS`)
  const { data } = (await answer.json()) as {
    data: { result: readonly { metric: Readonly<Record<string, string>> }[] }
  }
  return data.result.map(({ metric }) => metric).sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
}

/** What Prometheus says of a question of the dashboard, asked of all hosts. */
async function statusOf(url: string, expression: string): Promise<unknown> {
  const query = expression.replaceAll('$host', '.*')
  const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) })
  return ((await answer.json()) as { readonly status: unknown }).status
}

function nameOf(labels: Readonly<Record<string, string>>): string {
  return labels['alertname'] ?? ''
}

/** What a frame says of the host, without what only its own processes tell: whose they are, what they run, how a sum is made. */
function likened({ host, gpus, hostMemory, workloads, risks }: SeenFrame): unknown {
  return {
    host,
    gpus: gpus.map((gpu) => pick(gpu, ...GPU_KEYS)),
    hostMemory: pick(hostMemory, 'totalBytes', 'swapTotalBytes', 'swapUsedBytes', 'oomKills'),
    workloads: workloads
      // engines that other tests run on this machine are on no card
      .filter(({ memory }) => JSON.stringify(memory).includes('"uuid"'))
      .map((workload) => ({
        ...pick(workload, 'engine', 'state', 'requests', 'throughput', 'headroom'),
        model: pick(workload['model'], 'name', 'quantization'),
        memory: pick(workload['memory'], 'usedBytes', 'slices', 'perGpu'),
        kv: pick(workload['kv'], ...KV_KEYS),
        ceiling: pick(workload['ceiling'], ...CEILING_KEYS),
      }))
      .sort((a, b) => JSON.stringify(a.model).localeCompare(JSON.stringify(b.model))),
    risks: risks.map((risk) => pick(risk, 'class', 'level', 'gpu', 'gpus')),
  }
}

const GPU_KEYS = ['index', 'uuid', 'name', 'memory', 'attributedBytes', 'otherBytes', 'unownedBytes']
const KV_KEYS = [
  'growth',
  'capacityBytes',
  'usedBytes',
  'capacityTokens',
  'usedTokens',
  'usedRatio',
  'bytesPerToken',
]
const CEILING_KEYS = ['bytes', 'lowBytes', 'highBytes', 'limitedBy', 'basis', 'perGpu']

function pick(object: unknown, ...keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof object !== 'object' || object === null) throw new Error('there is no such object')
  const all = new Map<string, unknown>(Object.entries(object))
  return Object.fromEntries(keys.map((key) => [key, all.get(key)]))
}
