import type { VllmPlan } from './engines.ts'
import type { MachineSpec } from './machine.ts'

/** Machines and servers that several shapes have in common. */

export const seconds = (count: number): number => count * 1000
export const minutes = (count: number): number => count * 60_000

const H100 = { name: 'NVIDIA H100 80GB HBM3', totalMiB: 81_559, reservedMiB: 551 }

export const ONE_H100: MachineSpec = { host: 'node7', hostMiB: 257_000, swapMiB: 8192, cards: [H100] }

export const FOUR_H100: MachineSpec = { ...ONE_H100, hostMiB: 515_000, cards: [H100, H100, H100, H100] }

export const ONE_4090: MachineSpec = {
  host: 'desk',
  hostMiB: 64_200,
  swapMiB: 2048,
  cards: [{ name: 'NVIDIA GeForce RTX 4090', totalMiB: 24_564, reservedMiB: 441 }],
}

export const SLICED_A100: MachineSpec = {
  ...ONE_H100,
  cards: [
    {
      name: 'NVIDIA A100-SXM4-80GB',
      totalMiB: 81_920,
      reservedMiB: 572,
      instances: [
        { gpuInstanceId: 1, totalMiB: 40_192 },
        { gpuInstanceId: 2, totalMiB: 40_192 },
      ],
    },
  ],
}

/** DGX Spark: /proc/meminfo says 127600748 kB. */
export const GB10: MachineSpec = {
  host: 'spark',
  hostMiB: 124_610,
  swapMiB: 0,
  cards: [{ name: 'NVIDIA GB10', totalMiB: 0, reservedMiB: 0, integrated: true }],
}

/** Llama 3.1 8B in 16 bits under vLLM. */
export const LLAMA_8B: Pick<
  VllmPlan,
  'pid' | 'model' | 'flags' | 'card' | 'weightsMiB' | 'utilization' | 'kibPerToken'
> = {
  pid: 4200,
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  flags: ['--max-model-len', '16384'],
  card: 0,
  weightsMiB: 15_317,
  utilization: 0.92,
  kibPerToken: 128,
}
