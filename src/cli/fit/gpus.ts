import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describeFault } from '../../core/fault.ts'
import { known, missing } from '../../core/reading.ts'
import type { GpuCapacity, GpuTopology } from '../../estimate/topology.ts'
import type { Gpu } from '../../model/snapshot.ts'
import { parseMeminfo } from '../../parse/meminfo.ts'
import { parseNvidiaSmi } from '../../parse/nvidia-smi.ts'
import type { StatedGpu } from './stated-gpu.ts'

type Variables = Readonly<Partial<Record<string, string>>>

/** The cards to fit: those the user named, else those of this machine that the command may see. */
export async function topologyFor(
  stated: readonly StatedGpu[] | undefined,
  visibleDevices: string | undefined,
  variables: Variables,
): Promise<{ readonly topology: GpuTopology; readonly note: string | undefined }> {
  // cards that are only named may stand in another machine
  if (stated !== undefined)
    return { topology: { gpus: stated.map(assumed), host: UNKNOWN_HOST }, note: undefined }
  const here = await gpusHere(variables)
  const gpus = visible(here.gpus, visibleDevices).map(real)
  return { topology: { gpus, host: await hostMemory() }, note: here.note }
}

function assumed({ name, totalBytes }: StatedGpu): GpuCapacity {
  return {
    name: name === undefined ? missing('not-reported') : known(name, 'declared'),
    totalBytes: known(totalBytes, 'declared'),
    reservedBytes: missing('not-reported'),
    freeBytes: missing('not-reported'),
  }
}

function real(gpu: Gpu): GpuCapacity {
  const { totalBytes, reservedBytes, freeBytes } = gpu.memory
  return { name: known(gpu.name), totalBytes, reservedBytes, freeBytes, unifiedMemory: gpu.unifiedMemory }
}

/** CUDA_VISIBLE_DEVICES: indexes or UUIDs, of which a beginning is enough. */
function visible(gpus: readonly Gpu[], devices: string | undefined): readonly Gpu[] {
  if (devices === undefined) return gpus
  const wanted = devices.split(',').map((device) => device.trim())
  return wanted.flatMap(
    (device) =>
      gpus.find(
        ({ index, uuid }) => device === `${index}` || (device.startsWith('GPU-') && uuid.startsWith(device)),
      ) ?? [],
  )
}

const TIMEOUT_MS = 5000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

async function gpusHere(
  variables: Variables,
): Promise<{ readonly gpus: readonly Gpu[]; readonly note: string | undefined }> {
  const text = await nvidiaSmi(variables)
  if (text === undefined) return { gpus: [], note: "'nvidia-smi' gave no answer here" }
  const { answer } = parseNvidiaSmi(text)
  if (answer.kind === 'fault') return { gpus: [], note: describeFault(answer.fault) }
  return { gpus: answer.document.gpus, note: undefined }
}

/** What it prints, be it a document or the reason why there is none; undefined where it can't be run. */
function nvidiaSmi(variables: Variables): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env: variables }
    execFile('nvidia-smi', ['-q', '-x'], options, (_error, stdout) => {
      resolve(stdout === '' ? undefined : stdout)
    })
  })
}

const UNKNOWN_HOST: GpuTopology['host'] = {
  totalBytes: missing('not-reported'),
  availableBytes: missing('not-reported'),
}

async function hostMemory(): Promise<GpuTopology['host']> {
  try {
    const { totalBytes, availableBytes } = parseMeminfo(await readFile('/proc/meminfo', 'utf8'))
    return { totalBytes, availableBytes }
  } catch {
    return UNKNOWN_HOST
  }
}
