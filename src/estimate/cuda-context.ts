import { mebibytes } from '../core/units.ts'
import type { GpuCapacity } from './topology.ts'

/** What a process holds on a GPU besides the buffers that it asks for: context, loaded kernels, workspaces. */
export type Runtime = 'llama.cpp' | 'torch'

/**
 * 3 MiB per multiprocessor for the context, and a constant for kernels and workspaces. The slope is that of bare contexts
 * (RTX PRO 6000 555, RTX 4060 Ti 107, RTX 3090 256 MiB); measured error of the rule on whole processes: −15 … +15 MiB on
 * RTX 3090 and an 8 GB laptop card (docs/accuracy.md), up to ± 150 MiB on cards not seen.
 */
export function cudaContextBytes(gpu: GpuCapacity | undefined, runtime: Runtime): number {
  const constant = runtime === 'llama.cpp' ? 60 : 150
  return mebibytes(3 * multiprocessors(gpu) + constant)
}

/** By the card's name, else a typical number for cards of its size: a stated default, not a measurement. */
function multiprocessors(gpu: GpuCapacity | undefined): number {
  if (gpu?.multiprocessors !== undefined) return gpu.multiprocessors
  if (gpu?.name.kind === 'known') {
    const name = gpu.name.value
    const known = BY_NAME.find(([pattern]) => pattern.test(name))
    if (known !== undefined) return known[1]
  }
  if (gpu?.totalBytes.kind !== 'known') return 82
  const totalBytes = gpu.totalBytes.value
  return (BY_SIZE.find(([upToMiB]) => totalBytes <= mebibytes(upToMiB)) ?? [0, 132])[1]
}

const BY_SIZE: readonly (readonly [upToMiB: number, multiprocessors: number])[] = [
  [8500, 32],
  [12_500, 46],
  [16_500, 60],
  [25_000, 82],
  [50_000, 128],
]

/** First match wins: a longer name stands before the name it contains. Source: NVIDIA's data sheets. */
const BY_NAME: readonly (readonly [RegExp, number])[] = [
  [/RTX PRO 6000/i, 188],
  [/RTX PRO 5000/i, 110],
  [/RTX PRO 4500/i, 82],
  [/RTX PRO 4000/i, 70],
  [/RTX 6000 Ada/i, 142],
  [/RTX 5000 Ada/i, 100],
  [/RTX 4500 Ada/i, 60],
  [/RTX 4000 (SFF )?Ada/i, 48],
  [/50[89]0.*Laptop/i, 82],
  [/5070 Ti.*Laptop/i, 46],
  [/5070.*Laptop/i, 36],
  [/5060.*Laptop/i, 26],
  [/4090.*Laptop/i, 76],
  [/4080.*Laptop/i, 58],
  [/4070.*Laptop/i, 36],
  [/4060.*Laptop/i, 24],
  [/4050.*Laptop/i, 20],
  [/3080 Ti.*Laptop/i, 58],
  [/3080.*Laptop/i, 48],
  [/3070.*Laptop/i, 40],
  [/3060.*Laptop/i, 30],
  [/RTX 5090/i, 170],
  [/RTX 5080/i, 84],
  [/RTX 5070 Ti/i, 70],
  [/RTX 5070/i, 48],
  [/RTX 5060 Ti/i, 36],
  [/RTX 5060/i, 30],
  [/RTX 4090 D/i, 114],
  [/RTX 4090/i, 128],
  [/RTX 4080 SUPER/i, 80],
  [/RTX 4080/i, 76],
  [/RTX 4070 Ti SUPER/i, 66],
  [/RTX 4070 Ti/i, 60],
  [/RTX 4070 SUPER/i, 56],
  [/RTX 4070/i, 46],
  [/RTX 4060 Ti/i, 34],
  [/RTX 4060/i, 24],
  [/RTX 3090 Ti/i, 84],
  [/RTX 3090/i, 82],
  [/RTX 3080 Ti/i, 80],
  [/RTX 3080/i, 68],
  [/RTX 3070 Ti/i, 48],
  [/RTX 3070/i, 46],
  [/RTX 3060 Ti/i, 38],
  [/RTX 3060/i, 28],
  [/RTX 3050/i, 20],
  [/RTX 2080 Ti/i, 68],
  [/RTX 2080 SUPER/i, 48],
  [/RTX 2080/i, 46],
  [/RTX 2070 SUPER/i, 40],
  [/RTX 2070/i, 36],
  [/RTX 2060/i, 30],
  [/GTX 1080 Ti/i, 28],
  [/RTX A6000/i, 84],
  [/RTX A5000/i, 64],
  [/RTX A4500/i, 56],
  [/RTX A4000/i, 48],
  [/RTX A2000/i, 26],
  [/\bGB10\b/i, 48],
  [/\bG?B[23]00\b/i, 148],
  [/\bG?H200\b/i, 132],
  [/\bH100\b.*PCIe/i, 114],
  [/\bG?H100\b/i, 132],
  [/\bH20\b/i, 78],
  [/\bA100\b|\bA800\b/i, 108],
  [/\bA40\b/i, 84],
  [/\bA30\b/i, 56],
  [/\bA10G\b/i, 80],
  [/\bA10\b/i, 72],
  [/\bA2\b/i, 10],
  [/\bL40S?\b/i, 142],
  [/\bL4\b/i, 58],
  [/\bT4\b/i, 40],
  [/\bV100\b/i, 80],
  [/\bP100\b/i, 56],
  [/\bP40\b/i, 30],
  [/Thor/i, 20],
  [/Orin/i, 16],
]
