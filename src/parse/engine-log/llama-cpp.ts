import { printable } from '../../core/text.ts'
import { mebibytes } from '../../core/units.ts'
import type { DeviceBuffers, ReportedMemory } from '../../model/reported-memory.ts'
import { countOf, sizeBytes } from './size.ts'

type Kind = 'weightsBytes' | 'kvBytes' | 'stateBytes' | 'computeBytes' | 'outputBytes'

/**
 * The buffers that llama.cpp, its forks and Ollama print when they load a model; undefined where there are none.
 *
 * A log can hold several loads, and the fitting of a context prints whole dry runs: the last one counts. Within one load
 * the lines of a device add up (a cache per kind of layer, a file in parts), but a compute buffer is printed anew whenever
 * it is reserved anew.
 */
export function parseLlamaCppLog(text: string): ReportedMemory | undefined {
  const load = new Load()
  const settings: Settings = {}
  let table = new Map<string, Buffers>()
  for (const line of text.split('\n')) {
    if (line.includes('memory breakdown [MiB]')) table = new Map()
    readTable(line, table)
    readBuffer(line, load)
    readSetting(line, settings)
  }
  const devices = load.devices.size > 0 ? load.devices : table
  if (devices.size === 0) return undefined
  return {
    engine: 'llama.cpp',
    devices: [...devices].map(([device, buffers]) => named(device, buffers)),
    ...settings,
  }
}

/** Whether a line may say something of sizes or settings. */
export function isLlamaCppLine(line: string): boolean {
  if (line.includes('buffer size')) return BUFFER.test(line)
  return TABLE_LINE.test(line) || OLLAMA.test(line) || OFFLOADED.test(line) || SETTING.test(line)
}

/** Names with CPU or Host are host memory, pinned or not. */
export function isHostDevice(device: string): boolean {
  return /^(CPU|Host)|_Host$/i.test(device)
}

type Buffers = Partial<Record<Kind, number>>
type Settings = { -readonly [K in keyof ReportedMemory]?: ReportedMemory[K] }

/**
 * Loads run weights → cache → compute. A line that a device has had already, with a later stage printed since, begins the
 * next load, or the next context of the same load.
 */
class Load {
  devices = new Map<string, Buffers>()
  /** The latest stage that was printed since a device's buffer of that kind was. */
  #since = new Map<string, number>()

  add(device: string, kind: Kind, bytes: number): void {
    const key = `${kind} ${device}`
    const stage = STAGE[kind]
    if ((this.#since.get(key) ?? stage) > stage) this.#restart(stage)
    for (const [seen, latest] of this.#since) this.#since.set(seen, Math.max(latest, stage))
    this.#since.set(key, Math.max(this.#since.get(key) ?? stage, stage))
    const buffers = this.devices.get(device) ?? {}
    const before = kind === 'computeBytes' ? 0 : (buffers[kind] ?? 0)
    this.devices.set(device, { ...buffers, [kind]: before + bytes })
  }

  /** A new load forgets everything, a new context keeps the weights. */
  #restart(stage: number): void {
    const kept = [...this.devices].flatMap(([device, { weightsBytes }]): [string, Buffers][] =>
      stage === STAGE.weightsBytes || weightsBytes === undefined ? [] : [[device, { weightsBytes }]],
    )
    this.devices = new Map(kept)
    this.#since = new Map(kept.map(([device]) => [`weightsBytes ${device}`, stage]))
  }
}

const STAGE: Readonly<Record<Kind, number>> = {
  weightsBytes: 0,
  kvBytes: 1,
  stateBytes: 1,
  outputBytes: 1,
  computeBytes: 2,
}

// `load_tensors:        CUDA0 model buffer size = 16303.48 MiB`; before 2025 without the word `model`
const BUFFER =
  /(?<component>[A-Za-z_]+):\s+(?<device>\S.*?)\s+(?:(?<kind>model|KV|RS|compute|output)\s+)?buffer size\s*=\s*(?<number>-?[\d.,]+)\s*(?<unit>[KMG]i?B)/
// Ollama 0.12 to 0.29: `msg="model weights" device=CUDA0 size="4.1 GiB"`
const OLLAMA =
  /msg="(?<kind>model weights|kv cache|compute graph)" (?:device|buffer)=(?<device>\S+) size="(?<number>[\d.]+) (?<unit>[KMG]i?B)"/

const KINDS: Readonly<Partial<Record<string, Kind>>> = {
  model: 'weightsBytes',
  KV: 'kvBytes',
  RS: 'stateBytes',
  compute: 'computeBytes',
  output: 'outputBytes',
  'model weights': 'weightsBytes',
  'kv cache': 'kvBytes',
  'compute graph': 'computeBytes',
}

/** Encoders of images and sound print buffers of their own, which are not the model's. */
const PROJECTOR = /^(clip|mtmd|alloc_compute_meta)/

function readBuffer(line: string, load: Load): void {
  const match = line.includes('buffer size') ? BUFFER.exec(line) : OLLAMA.exec(line)
  const { component = '', device = '', kind = 'model', number = '', unit = '' } = match?.groups ?? {}
  if (!PROJECTOR.test(component)) put(load, device, KINDS[kind], sizeBytes(number, unit))
}

function put(load: Load, device: string, kind: Kind | undefined, bytes: number | undefined): void {
  if (device === '' || kind === undefined || bytes === undefined) return
  load.add(printable(device), kind, bytes)
}

// `| - CUDA0 (RTX 3090) | 24124 = 14905 + (8878 = 7557 + 852 + 469) + 340 |`: model, context, compute in MiB
const TABLE_ROW = /\| +- (\S+)[^|]*\|[^(|]*\(\s*\d+ = +(\d+) \+ +(\d+) \+ +(\d+)\s*\)/g
const TABLE_HOST = /\| +- (Host)[^|]*\|\s*\d+ = +(\d+) \+ +(\d+) \+ +(\d+)\s*\|/g

const TABLE_LINE = /memory breakdown \[MiB\]|\| +- \S+[^|]*\|/

/** What builds print that keep the buffer lines for a higher verbosity; `unaccounted` can be anything and is not read. */
function readTable(line: string, table: Map<string, Buffers>): void {
  if (!TABLE_LINE.test(line)) return
  for (const row of [...line.matchAll(TABLE_ROW), ...line.matchAll(TABLE_HOST)]) {
    const [, device = '', model, context, compute] = row
    table.set(printable(device), {
      weightsBytes: mebibytes(Number(model)),
      kvBytes: mebibytes(Number(context)),
      computeBytes: mebibytes(Number(compute)),
    })
  }
}

const SETTING = /\b(n_ctx|n_ctx_seq|n_ctx_per_seq|n_seq_max|n_batch|n_ubatch|flash_attn)\s+=\s+(\w+)/
const OFFLOADED = /offloaded (\d+)\/(\d+) layers to GPU/

const SETTINGS: Readonly<
  Partial<Record<string, 'contextTokens' | 'contextTokensPerSlot' | 'slots' | 'batchTokens' | 'ubatchTokens'>>
> = {
  n_ctx: 'contextTokens',
  n_ctx_seq: 'contextTokensPerSlot',
  n_ctx_per_seq: 'contextTokensPerSlot',
  n_seq_max: 'slots',
  n_batch: 'batchTokens',
  n_ubatch: 'ubatchTokens',
}

function readSetting(line: string, settings: Settings): void {
  const offloaded = OFFLOADED.exec(line)
  if (offloaded !== null) settings.gpuLayers = { onGpu: Number(offloaded[1]), total: Number(offloaded[2]) }
  const [, name = '', value = ''] = SETTING.exec(line) ?? []
  if (name === 'flash_attn') {
    if (/^(1|enabled|0|disabled)$/.test(value)) settings.flashAttention = /^(1|enabled)$/.test(value)
    return
  }
  const key = SETTINGS[name]
  const count = countOf(value)
  if (key !== undefined && count !== undefined) settings[key] = count
}

function named(device: string, buffers: Buffers): DeviceBuffers {
  const { weightsBytes = 0, kvBytes = 0, stateBytes = 0, computeBytes = 0, outputBytes = 0 } = buffers
  return {
    device,
    onHost: isHostDevice(device),
    weightsBytes,
    kvBytes,
    stateBytes,
    computeBytes,
    outputBytes,
  }
}
