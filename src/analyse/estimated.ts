import { known, missing, valueOr, type Reading } from '../core/reading.ts'
import { stated } from '../core/stated.ts'
import { estimate } from '../estimate/estimate.ts'
import type { Estimate, EstimateInput } from '../estimate/estimate-types.ts'
import { ofRanks } from '../estimate/of-ranks.ts'
import { worldOf } from '../estimate/ranks.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { GpuCapacity } from '../estimate/topology.ts'
import type { EngineReport, Span } from '../engines/engine.ts'
import type { ReportedMemory } from '../model/reported-memory.ts'
import type { DeviceMemory, Gpu } from '../model/snapshot.ts'
import type { Holding } from './claims.ts'

/** What the estimator makes of a running workload on the devices that it holds memory of, with what it was told. */
export interface WorkloadEstimate {
  readonly input: EstimateInput
  readonly estimate: Estimate
  /** The devices of the entries of `estimate.perGpu`, in their order; of an instance that spans nodes those of this one. */
  readonly devices: readonly Device[]
}

/** A card, or a MIG instance of one. */
export interface Device {
  readonly uuid: string
  readonly gpuInstanceId: number | undefined
}

/**
 * Missing where the model's shape is not known. A workload without any GPU is estimated on the host alone, and one that
 * spans nodes by the ranks that run here.
 * @param reported what the engine printed of itself when it started
 */
export function estimateOn(
  { known: told, span }: EngineReport,
  reported: ReportedMemory | undefined,
  holdings: readonly Holding[],
  gpus: readonly Gpu[],
): Reading<WorkloadEstimate> {
  if (told === undefined) return missing('not-reported', "its model's shape is not known")
  const devices = devicesOf(holdings, gpus)
  const here = devices.flatMap((device) => capacityOf(device, gpus))
  const cards = here.map((gpu, at) => cardOf(gpu, devices[at])).join()
  const past = PAST.get(told)
  if (past?.cards === cards && past.reported === reported) return past.value
  const value = known(estimateHere(told, span, reported, devices, here), 'derived')
  PAST.set(told, { cards, reported, value })
  return value
}

// an engine that has said nothing new gives the same report, and the same report the same estimate
const PAST = new WeakMap<Told, Past>()

type Told = Exclude<EngineReport['known'], undefined>

interface Past {
  readonly cards: string
  readonly reported: ReportedMemory | undefined
  readonly value: Reading<WorkloadEstimate>
}

function cardOf({ totalBytes, reservedBytes }: GpuCapacity, device: Device | undefined): string {
  const { uuid, gpuInstanceId } = device ?? {}
  return `${uuid ?? ''}/${gpuInstanceId ?? ''}/${valueOr(totalBytes, '')}/${valueOr(reservedBytes, '')}`
}

function estimateHere(
  told: Told,
  span: Span | undefined,
  reported: ReportedMemory | undefined,
  devices: readonly Device[],
  here: readonly GpuCapacity[],
): WorkloadEstimate {
  const settings = asReported(told.settings, reported)
  const input: EstimateInput = {
    ...told.shape,
    settings: devices.length === 0 ? { ...settings, gpuLayers: 0 } : settings,
    topology: {
      gpus: span === undefined ? here : acrossNodes(here, worldOf(settings).size),
      host: { totalBytes: UNASKED, availableBytes: UNASKED },
    },
    ...(reported === undefined ? {} : { reported }),
  }
  const made = remembered(input)
  const estimated = span === undefined ? made : ofRanks(made, span.firstRank, devices.length)
  return { input, estimate: estimated, devices }
}

/** The cards of other nodes are taken to be like those of this one. */
function acrossNodes(here: readonly GpuCapacity[], ranks: number): readonly GpuCapacity[] {
  const all = Array.from({ length: Math.max(ranks, here.length) }, (_, rank) => here[rank % here.length])
  return all.filter((gpu) => gpu !== undefined)
}

/** What an engine has made of its settings, where it printed that; a flag of vLLM or SGLang stands before it. */
function asReported(settings: EngineSettings, reported: ReportedMemory | undefined): EngineSettings {
  if (reported === undefined) return settings
  const { version, contextTokens, batchTokens, ubatchTokens, flashAttention, gpuLayers } = reported
  if (reported.engine !== 'llama.cpp') return { ...stated({ version, contextTokens }), ...settings }
  // Ollama's own setting is that of one request
  const context = settings.engine === 'ollama' ? reported.contextTokensPerSlot : contextTokens
  const layers = gpuLayers?.onGpu
  const made = { contextTokens: context, batchTokens, ubatchTokens, flashAttention, gpuLayers: layers }
  return { ...settings, ...stated(made) }
}

/** The cards and MIG instances that a workload holds memory of: in the order of the ranks where the titles of the processes say them, else of the cards. */
export function devicesOf(holdings: readonly Holding[], gpus: readonly Gpu[]): readonly Device[] {
  const cards = new Map(gpus.map(({ uuid, index }) => [uuid, index]))
  const devices = new Map<string, { readonly device: Device; readonly order: readonly number[] }>()
  for (const { gpuUuid: uuid, process } of holdings) {
    const gpuInstanceId = instanceOf(process)
    const key = `${uuid}/${gpuInstanceId ?? ''}`
    const order = [...rankIn(process.name), cards.get(uuid) ?? 0, gpuInstanceId ?? 0]
    const before = devices.get(key)
    if (before === undefined || compare(order, before.order) > 0)
      devices.set(key, { device: { uuid, gpuInstanceId }, order })
  }
  return [...devices.values()].sort((a, b) => compare(a.order, b.order)).map(({ device }) => device)
}

/** `VLLM::Worker_DP0_PP1_TP0`, `sglang::scheduler_TP3`: ranks count data-parallel last. */
function rankIn(title: string): readonly number[] {
  return RANKS.map((rank) => Number(rank.exec(title)?.[1] ?? 0))
}

const RANKS = [/_DP(\d+)/, /_PP(\d+)/, /_TP(\d+)/]

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return (a[at] ?? 0) - (b[at] ?? 0)
}

function instanceOf({ gpuInstanceId }: Holding['process']): number | undefined {
  return gpuInstanceId.kind === 'known' ? gpuInstanceId.value : undefined
}

function capacityOf(device: Device, gpus: readonly Gpu[]): readonly GpuCapacity[] {
  const gpu = gpus.find(({ uuid }) => uuid === device.uuid)
  if (gpu === undefined) return []
  const { totalBytes, reservedBytes } = memoryOf(device, gpu)
  const { name, unifiedMemory } = gpu
  return [{ name: known(name), totalBytes, reservedBytes, freeBytes: UNASKED, unifiedMemory }]
}

/** Of its MIG instance, where it is in one. */
function memoryOf({ gpuInstanceId }: Device, { memory, mig }: Gpu): DeviceMemory {
  return mig.devices.find((instance) => instance.gpuInstanceId === gpuInstanceId)?.memory ?? memory
}

const UNASKED = missing('not-reported')

// the same question comes with every tick; what is remembered follows from it alone
const ESTIMATES = new WeakMap<object, Map<string, Estimate>>()
const MOST_REMEMBERED = 16

function remembered(input: EstimateInput): Estimate {
  const { architecture, weights, settings, topology, reported } = input
  const stored = weights.kind === 'tensors' ? weights.layout.totalBytes : weights
  const key = JSON.stringify([settings, topology, stored, reported])
  const estimates = ESTIMATES.get(architecture) ?? new Map<string, Estimate>()
  const present = estimates.get(key)
  if (present !== undefined) return present
  const made = estimate(input)
  if (estimates.size >= MOST_REMEMBERED) estimates.clear()
  ESTIMATES.set(architecture, estimates.set(key, made))
  return made
}
