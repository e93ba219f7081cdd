import { expect, test, vi } from 'vitest'
import { startFakeEngine } from '../support/fake-engines.ts'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop } from '../support/llmtop.ts'
import { nvidiaSmiXml, type XmlProcess } from '../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// starts of the program, and of processes that stand for engines
vi.setConfig({ testTimeout: 120_000 })

interface Workload {
  readonly engine: string
  readonly model: { readonly name: string | null; readonly source: string | null }
  readonly config: { readonly origins: Readonly<Record<string, string>> }
  readonly memory: {
    readonly usedBytes: number
    readonly perGpu: readonly { readonly uuid: string; readonly usedBytes: number }[]
    readonly slices: Readonly<Record<string, number | null>>
  }
}

/** vLLM over two cards, Ollama with two models and a transformers server on a third, SGLang on a fourth, and a desktop. */
async function machine(): Promise<string> {
  const folder = temporaryFolder()
  const start = (program: string, script: string, args: string) =>
    startFakeEngine(folder, { program, script, args: args.split(' ') })
  const vllm = await start(
    'vllm',
    'serve',
    'Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 16384 --gpu-memory-utilization 0.85 --port 1 --disable-log-stats',
  )
  const first = await start(
    'ollama',
    'runner',
    '--model /m/Llama-3.1-8B-Q4_K_M.gguf --port 2 --ctx-size 8192',
  )
  const second = await start('ollama', 'runner', '--model /m/Qwen3-8B-Q4_K_M.gguf --port 3 --ctx-size 4096')
  const chat = await start('transformers', 'chat', 'Qwen/Qwen3-8B')
  const sglang = await start(
    'sglang',
    'serve',
    '--model-path Qwen/Qwen3-8B --port 4 --mem-fraction-static 0.8',
  )
  const xorg = await start('/usr/lib/xorg/Xorg', 'vt1', ':0 -nolisten tcp')
  const on = (pid: number, name: string, usedMiB: number): XmlProcess => ({ pid, name, usedMiB })
  const desktop = { pid: xorg, name: '/usr/lib/xorg/Xorg', type: 'G', usedMiB: 180 }
  const gpus = [
    { usedMiB: 70_600, processes: [on(vllm, 'VLLM::Worker_TP0', 69_000), desktop] },
    { index: 1, usedMiB: 69_900, processes: [on(vllm, 'VLLM::Worker_TP1', 69_000)] },
    {
      index: 2,
      usedMiB: 33_000,
      processes: [on(first, 'ollama', 6800), on(second, 'ollama', 6200), on(chat, 'python3', 18_500)],
    },
    { index: 3, usedMiB: 66_000, processes: [on(sglang, 'sglang::scheduler', 65_000)] },
  ]
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus })] })
  return folder
}

test('on a node with many engines and a desktop each is what it is, and its parts are its memory', async () => {
  const folder = await machine()
  const { stdout } = await llmtop(['once', '--json'], { PATH: folder })
  const { workloads } = JSON.parse(stdout) as { readonly workloads: readonly Workload[] }
  const engines = workloads.filter(({ engine }) => engine !== 'unknown')
  expect(
    engines.map(({ engine, model, config, memory }) => [
      engine,
      model.name,
      memory.perGpu.map(({ usedBytes }) => usedBytes / 1024 ** 2),
      Object.entries(config.origins).map(([key, origin]) => `${key} ${origin}`),
    ]),
  ).toEqual(
    expect.arrayContaining([
      [
        'vllm',
        'Qwen/Qwen3-32B',
        [69_000, 69_000],
        expect.arrayContaining(['contextTokens argv', 'tensorParallel argv', 'gpuMemoryUtilization argv']),
      ],
      ['ollama', 'Llama-3.1-8B-Q4_K_M.gguf', [6800], expect.arrayContaining(['contextTokens argv'])],
      ['ollama', 'Qwen3-8B-Q4_K_M.gguf', [6200], expect.arrayContaining(['contextTokens argv'])],
      ['transformers', 'Qwen/Qwen3-8B', [18_500], []],
      ['sglang', 'Qwen/Qwen3-8B', [65_000], expect.arrayContaining(['gpuMemoryUtilization argv'])],
    ]),
  )
  expect(engines).toHaveLength(5)
  for (const { engine, memory } of workloads) {
    const sum = Object.values(memory.slices).reduce<number>((all, bytes) => all + (bytes ?? 0), 0)
    expect([engine, sum]).toEqual([engine, memory.usedBytes])
  }

  // what is not seen is named, with the one change that would show it
  const doctor = await llmtop(['doctor'], { PATH: folder, LANG: 'C.UTF-8' })
  expect(doctor.stdout).toContain('start it without --disable-log-stats')
  expect(doctor.stdout).toContain('add --enable-metrics to the command')
})
