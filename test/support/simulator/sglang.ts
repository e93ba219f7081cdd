import type { Traffic } from './engines.ts'
import type { Actor, Machine } from './machine.ts'
import { sglangMetrics } from './pages.ts'

const MODEL = 'meta-llama/Llama-3.1-8B-Instruct'
const CAPACITY_TOKENS = 409_600
/** 0.836 of the card for weights and pool, then graphs and activations. */
const HELD_MIB = 71_200
const PAGES = 'http/127.0.0.1:30000'

/** An SGLang server on card 0 that was there before. */
export function startSglang(machine: Machine, traffic: (second: number) => Traffic): Actor {
  const counted = { retractions: 0, prompt: 0, generated: 0 }
  return (second) => {
    if (second === 0) start(machine)
    const { usedRatio, running, waiting, preemptionsPerSecond = 0 } = traffic(second)
    counted.retractions += preemptionsPerSecond
    counted.prompt += running * 17
    counted.generated += running * 28
    machine.busy(0, Math.min(100, 62 + 35 * usedRatio))
    machine.answer(
      `${PAGES}/metrics`,
      () =>
        sglangMetrics({
          model: MODEL,
          capacityTokens: CAPACITY_TOKENS,
          usedTokens: usedRatio * CAPACITY_TOKENS,
          running,
          waiting,
          retractions: counted.retractions,
          promptTokens: counted.prompt,
          generatedTokens: counted.generated,
        }),
      'text/plain; version=0.0.4',
    )
  }
}

function start(machine: Machine): void {
  machine.start({
    pid: 6100,
    comm: 'sglang',
    command: [
      '/usr/bin/python3',
      '-m',
      'sglang.launch_server',
      '--model-path',
      MODEL,
      '--enable-metrics',
      '--context-length',
      '16384',
    ],
    residentMiB: 1700,
  })
  const scheduler = machine.start({
    pid: 6140,
    parentPid: 6100,
    comm: 'sglang::schedul',
    command: ['sglang::scheduler_TP0'],
    residentMiB: 5100,
    cpuPercent: 100,
  })
  machine.hold(scheduler, 0, HELD_MIB)
  machine.listens(6100, 30_000)
  machine.answer(`${PAGES}/server_info`, () =>
    JSON.stringify({
      model_path: MODEL,
      context_len: 16_384,
      max_total_num_tokens: CAPACITY_TOKENS,
      version: '0.5.4',
    }),
  )
}
