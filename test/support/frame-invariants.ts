import type { Json } from '../../src/outputs/tree-json.ts'
import { departures, FRAME_SHAPE } from './frame-shape.ts'

interface Memory {
  readonly totalBytes: number | null
  readonly reservedBytes: number | null
  readonly usedBytes: number | null
  readonly freeBytes: number | null
}

interface FrameObject {
  readonly gpus: readonly {
    readonly uuid: string
    readonly memory: Memory
    readonly mig: { readonly devices: readonly { readonly memory: Memory }[] }
    readonly processes: readonly { readonly pid: number; readonly workload: string }[] | null
    readonly attributedBytes: number | null
    readonly otherBytes: number | null
    readonly unownedBytes: number | null
  }[]
  readonly workloads: readonly {
    readonly id: string
    readonly pids: readonly number[]
    readonly memory: {
      readonly usedBytes: number | null
      readonly slices: Readonly<Record<string, number | null>>
      readonly perGpu: readonly { readonly uuid: string; readonly usedBytes: number | null }[]
    }
  }[]
  readonly risks: readonly {
    readonly id: string
    readonly gpu: string | null
    readonly gpus: readonly string[]
    readonly workload: string | null
  }[]
  readonly faults: readonly { readonly ageMs: number }[]
  readonly missing: readonly { readonly path: string }[]
}

/** What a frame's JSON owes its readers (docs/json.md): every promise that it breaks, one line each. */
export function brokenPromises(json: Json): readonly string[] {
  const paths = new Set((json as unknown as FrameObject).missing.map(({ path }) => path))
  const misshapen = departures(json, FRAME_SHAPE, paths)
  // what has another shape can't be looked into any further
  if (misshapen.length > 0) return misshapen
  const frame = json as unknown as FrameObject
  return [
    ...frame.missing.flatMap(({ path }) => (valueAt(json, path) === null ? [] : [`${path} is not null`])),
    ...duplicates(
      'missing',
      frame.missing.map(({ path }) => path),
    ),
    ...duplicates(
      'gpu',
      frame.gpus.map(({ uuid }) => uuid),
    ),
    ...duplicates(
      'workload',
      frame.workloads.map(({ id }) => id),
    ),
    ...duplicates(
      'risk',
      frame.risks.map(({ id }) => id),
    ),
    ...frame.gpus.flatMap((gpu) => brokenByGpu(gpu, frame)),
    ...frame.workloads.flatMap(brokenByWorkload),
    ...frame.risks.flatMap((risk) => brokenByRisk(risk, frame)),
    ...frame.faults.flatMap(({ ageMs }) => (ageMs >= 0 ? [] : [`a fault is ${ageMs} ms old`])),
  ]
}

// nvidia-smi rounds each number to whole MiB
const ROUNDING_BYTES = 2 * 1024 ** 2

function brokenByGpu(gpu: FrameObject['gpus'][number], { workloads }: FrameObject): readonly string[] {
  const { usedBytes } = gpu.memory
  const { attributedBytes, otherBytes, unownedBytes } = gpu
  const strangers = (gpu.processes ?? []).filter(
    ({ pid, workload }) =>
      workloads.filter(({ pids }) => pids.includes(pid)).length !== 1 ||
      workloads.find(({ id }) => id === workload)?.pids.includes(pid) !== true,
  )
  return [
    ...[gpu.memory, ...gpu.mig.devices.map(({ memory }) => memory)].flatMap(brokenByMemory),
    ...strangers.map(({ pid }) => `process ${pid} is in none or in several workloads`),
    ...unless(sums(usedBytes, attributedBytes, otherBytes), 'attributed and other are not what is used'),
    ...unless(unownedBytes === null || unownedBytes >= 0, 'unowned memory is negative'),
    ...unless(
      unownedBytes === null || unownedBytes === 0 || otherBytes === null || unownedBytes <= otherBytes,
      'unowned memory is more than other',
    ),
  ]
}

function brokenByMemory({ totalBytes, reservedBytes, usedBytes, freeBytes }: Memory): readonly string[] {
  if (totalBytes === null || usedBytes === null || freeBytes === null) return []
  const rest = totalBytes - usedBytes - freeBytes - (reservedBytes ?? 0)
  return unless(Math.abs(rest) <= ROUNDING_BYTES, `used, reserved and free leave ${rest} bytes of the total`)
}

function brokenByWorkload({ id, memory }: FrameObject['workloads'][number]): readonly string[] {
  const { usedBytes, slices, perGpu } = memory
  const { unexplainedBytes = null, ...known } = slices
  const explained = Object.values(known).reduce<number>((total, bytes) => total + (bytes ?? 0), 0)
  return [
    ...unless(
      (usedBytes === null) === (unexplainedBytes === null),
      `${id}: used and unexplained are not both known or both missing`,
    ),
    ...unless(sums(usedBytes, unexplainedBytes, explained), `${id}: its slices are not what it uses`),
    ...unless(
      usedBytes === null || sums(usedBytes, ...perGpu.map((share) => share.usedBytes)),
      `${id}: its shares per card are not what it uses`,
    ),
  ]
}

function brokenByRisk(
  { id, gpu, gpus, workload }: FrameObject['risks'][number],
  frame: FrameObject,
): readonly string[] {
  const uuids = new Set(frame.gpus.map(({ uuid }) => uuid))
  return [
    ...unless(
      gpus.every((uuid) => uuids.has(uuid)),
      `${id}: names a card that is not there`,
    ),
    ...unless(gpu === null || gpus[0] === gpu, `${id}: its card is not the first of its cards`),
    ...unless(
      workload === null || frame.workloads.some((present) => present.id === workload),
      `${id}: names a workload that is not there`,
    ),
  ]
}

function sums(total: number | null, ...parts: readonly (number | null)[]): boolean {
  if (total === null || parts.includes(null)) return true
  return total === parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
}

function duplicates(what: string, ids: readonly string[]): readonly string[] {
  return ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${what} ${id} stands twice`)
}

function unless(holds: boolean, complaint: string): readonly string[] {
  return holds ? [] : [complaint]
}

/** The value at `gpus[0].fanPercent`; undefined where there is none. */
function valueAt(json: unknown, path: string): unknown {
  return (path.match(/[^.[\]]+/g) ?? []).reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : undefined,
    json,
  )
}
