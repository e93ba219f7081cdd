import { known, map, sum, type Reading } from '../core/reading.ts'
import type { DeviceBuffers, ReportedMemory } from '../model/reported-memory.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { GpuParts, Plan } from './plan.ts'
import { within } from './range.ts'

/** The plan with every part replaced that the engine reported of itself. */
export function withReported(plan: Plan, { reported }: EstimateInput): Plan {
  if (reported === undefined) return plan
  return reported.devices.length > 0 ? withBuffers(plan, reported) : withAccounts(plan, reported)
}

/** llama.cpp: a line per buffer and device; GPUs in the order of their names. */
function withBuffers(plan: Plan, { devices }: ReportedMemory): Plan {
  const gpus = devices
    .filter(({ onHost }) => !onHost)
    .toSorted((a, b) => a.device.localeCompare(b.device, 'en', { numeric: true }))
  const host = devices.filter(({ onHost }) => onHost)
  const perGpu = plan.perGpu.map((parts, index) => {
    const buffers = gpus[index]
    return buffers === undefined ? parts : withDevice(parts, buffers)
  })
  return {
    ...plan,
    perGpu,
    host: {
      weightsBytes: measured(total(host, ({ weightsBytes }) => weightsBytes)),
      kvBytes: measured(total(host, ({ kvBytes, stateBytes }) => kvBytes + stateBytes)),
      workings: plan.host.workings,
    },
    kv: { ...plan.kv, bytes: measured(total(devices, ({ kvBytes }) => kvBytes)) },
    errors: { ...plan.errors, weights: within(0.001), kv: within(0.001), activations: within(0.001, 1) },
  }
}

/** A cut log may lack one kind of line: what it does not report stays as computed. */
function withDevice(parts: GpuParts, buffers: DeviceBuffers): GpuParts {
  return {
    ...parts,
    weightsBytes: orComputed(buffers.weightsBytes, parts.weightsBytes),
    kvBytes: orComputed(buffers.kvBytes, parts.kvBytes),
    stateBytes: orComputed(buffers.stateBytes, parts.stateBytes),
    activationsBytes: orComputed(buffers.computeBytes + buffers.outputBytes, parts.activationsBytes),
  }
}

function orComputed(bytes: number, computed: Reading<number>): Reading<number> {
  return bytes > 0 ? measured(bytes) : computed
}

/** vLLM and SGLang account per rank, and all ranks are alike. */
function withAccounts(plan: Plan, reported: ReportedMemory): Plan {
  const { weightsBytes, activationBytes, nonTorchBytes, cudaGraphBytes, kvBytes, stateBytes, kvTokens } =
    reported
  const perGpu = plan.perGpu.map((parts) => ({
    weightsBytes: given(weightsBytes, parts.weightsBytes),
    kvBytes: given(kvBytes, parts.kvBytes),
    stateBytes: given(stateBytes, parts.stateBytes),
    activationsBytes: given(activationBytes, parts.activationsBytes),
    overheadBytes:
      nonTorchBytes === undefined && cudaGraphBytes === undefined
        ? parts.overheadBytes
        : map(parts.overheadBytes, (bytes) => Math.max(bytes, (nonTorchBytes ?? 0) + (cudaGraphBytes ?? 0))),
  }))
  return {
    ...plan,
    perGpu,
    kv: {
      ...plan.kv,
      bytes: sum(perGpu.map((parts) => parts.kvBytes)),
      capacityTokens: given(kvTokens, plan.kv.capacityTokens),
    },
  }
}

function given(reported: number | undefined, computed: Reading<number>): Reading<number> {
  return reported === undefined ? computed : measured(reported)
}

function measured(bytes: number): Reading<number> {
  return known(bytes, 'measured')
}

function total(devices: readonly DeviceBuffers[], part: (device: DeviceBuffers) => number): number {
  return devices.reduce((sum, device) => sum + part(device), 0)
}
