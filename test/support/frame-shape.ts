// The keys of `llmtop.frame/1` and what stands behind them (docs/json.md). A missing value is null and listed in
// `missing`; where null is a statement of its own ("no container") it stands here as 'nullable'.

type Type = 'text' | 'number' | 'flag'
export type Shape =
  | Type
  /** The value, or null with its reason in `missing`. */
  | `${Type} or missing`
  | `${Type} nullable`
  | { readonly [key: string]: Shape }
  /** A list, each element of this shape; the marks say what may stand in its place. */
  | readonly [Shape]
  | { readonly '?': 'missing' | 'nullable'; readonly is: Shape }

const memory: Shape = {
  totalBytes: 'number or missing',
  reservedBytes: 'number or missing',
  usedBytes: 'number or missing',
  freeBytes: 'number or missing',
}

const gpu: Shape = {
  index: 'number',
  uuid: 'text',
  name: 'text',
  busId: 'text',
  architecture: 'text or missing',
  unifiedMemory: 'flag',
  persistenceMode: 'flag or missing',
  memory,
  utilization: { gpuPercent: 'number or missing', memoryPercent: 'number or missing' },
  temperatureCelsius: 'number or missing',
  powerWatts: 'number or missing',
  powerLimitWatts: 'number or missing',
  fanPercent: 'number or missing',
  throttle: ['text'],
  recoveryAction: 'text or missing',
  clocks: { smMHz: 'number or missing', memoryMHz: 'number or missing' },
  performanceState: 'text or missing',
  pcie: { rxBytesPerSecond: 'number or missing', txBytesPerSecond: 'number or missing' },
  mig: {
    enabled: 'flag or missing',
    devices: [{ index: 'number', gpuInstanceId: 'number', computeInstanceId: 'number', memory }],
  },
  processes: {
    '?': 'missing',
    is: [
      {
        pid: 'number',
        type: 'text',
        name: 'text',
        user: 'text or missing',
        usedBytes: 'number or missing',
        gpuInstanceId: 'number or missing',
        computeInstanceId: 'number or missing',
        gpuPercent: 'number or missing',
        cpuPercent: 'number or missing',
        residentBytes: 'number or missing',
        workload: 'text',
      },
    ],
  },
  attributedBytes: 'number or missing',
  otherBytes: 'number or missing',
  unownedBytes: 'number or missing',
  unownedReason: 'text nullable',
}

const workload: Shape = {
  id: 'text',
  engine: 'text',
  rootPid: 'number or missing',
  pids: ['number'],
  user: 'text or missing',
  container: { '?': 'nullable', is: { id: 'text', name: 'text nullable' } },
  command: ['text'],
  state: 'text',
  idleSeconds: 'number or missing',
  model: {
    name: 'text or missing',
    source: 'text or missing',
    quantization: 'text or missing',
    parameters: 'number or missing',
  },
  config: {
    contextTokens: 'number or missing',
    parallel: 'number or missing',
    kvTypeK: 'text or missing',
    kvTypeV: 'text or missing',
    gpuLayers: 'number or missing',
    tensorParallel: 'number or missing',
    gpuMemoryUtilization: 'number or missing',
    origins: {},
    flags: {},
    problems: ['text'],
  },
  memory: {
    usedBytes: 'number or missing',
    slices: {
      weightsBytes: 'number or missing',
      kvBytes: 'number or missing',
      stateBytes: 'number or missing',
      activationsBytes: 'number or missing',
      overheadBytes: 'number or missing',
      unexplainedBytes: 'number or missing',
    },
    perGpu: [{ uuid: 'text', usedBytes: 'number or missing' }],
    residentBytes: 'number or missing',
    onCpuRatio: 'number or missing',
  },
  kv: {
    growth: 'text or missing',
    capacityBytes: 'number or missing',
    usedBytes: 'number or missing',
    capacityTokens: 'number or missing',
    usedTokens: 'number or missing',
    reusableTokens: 'number or missing',
    usedRatio: 'number or missing',
    bytesPerToken: 'number or missing',
    perEngine: [{ label: 'text', usedRatio: 'number' }],
  },
  vramLimits: [
    {
      kind: 'text',
      gpu: 'text',
      path: 'text nullable',
      limitBytes: 'number',
      usedBytes: 'number or missing',
    },
  ],
  requests: {
    running: 'number or missing',
    waiting: 'number or missing',
    preemptions: 'number or missing',
  },
  throughput: {
    promptTokensPerSecond: 'number or missing',
    generatedTokensPerSecond: 'number or missing',
  },
  ceiling: {
    '?': 'missing',
    is: {
      bytes: 'number',
      lowBytes: 'number',
      highBytes: 'number',
      limitedBy: 'text',
      basis: 'text',
      workings: [{ term: 'text', bytes: 'number' }],
      perGpu: [{ uuid: 'text', bytes: 'number' }],
    },
  },
  trend: { memory: { kind: 'text' }, kv: { kind: 'text' } },
  headroom: { bytes: 'number or missing', tokens: 'number or missing' },
}

const risk: Shape = {
  id: 'text',
  class: 'text',
  level: 'text',
  gpu: 'text nullable',
  gpus: ['text'],
  workload: 'text nullable',
  mig: 'text nullable',
  etaSeconds: 'number nullable',
  etaLowSeconds: 'number nullable',
  etaHighSeconds: 'number nullable',
  sinceElapsedMs: 'number',
  summary: 'text',
  evidence: ['text'],
  advice: [
    {
      action: 'text',
      command: 'text nullable',
      freesBytes: 'number nullable',
      addsTokens: 'number nullable',
      restart: 'flag',
      quality: 'text nullable',
    },
  ],
}

export const FRAME_SHAPE: Shape = {
  schema: 'text',
  source: { kind: 'text', label: 'text' },
  host: 'text',
  sequence: 'number',
  takenAt: 'text',
  elapsedMs: 'number',
  intervalMs: 'number',
  driver: { version: 'text or missing', cuda: 'text or missing' },
  link: { state: 'text', ageMs: 'number', retryInMs: 'number nullable' },
  gpuSample: { ageMs: 'number or missing', tookMs: 'number or missing' },
  gpus: [gpu],
  hostMemory: {
    totalBytes: 'number or missing',
    availableBytes: 'number or missing',
    swapTotalBytes: 'number or missing',
    swapUsedBytes: 'number or missing',
    pressure: { someAvg10Percent: 'number or missing', fullAvg10Percent: 'number or missing' },
    oomKills: 'number or missing',
  },
  workloads: [workload],
  risks: [risk],
  faults: [{ kind: 'text', message: 'text', ageMs: 'number' }],
  missing: [{ path: 'text', reason: 'text' }],
}

/** Where a value departs from a shape, one line each. `missing` holds the paths whose null is accounted for. */
export function departures(
  value: unknown,
  shape: Shape,
  missing: ReadonlySet<string>,
  path = '',
): readonly string[] {
  if (typeof shape === 'string') return ofText(value, shape, missing, path)
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`]
    return value.flatMap((item, at) => departures(item, shape[0], missing, `${path}[${at}]`))
  }
  if (isOptional(shape)) {
    if (value !== null) return departures(value, shape.is, missing, path)
    return shape['?'] === 'nullable' || missing.has(path) ? [] : [`${path} is null for no reason`]
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  const present = new Map<string, unknown>(Object.entries(value))
  return Object.entries(shape).flatMap(([key, inner]) => {
    const below = path === '' ? key : `${path}.${key}`
    return present.has(key) ? departures(present.get(key), inner, missing, below) : [`${below} is absent`]
  })
}

const TYPES: Readonly<Record<Type, string>> = { text: 'string', number: 'number', flag: 'boolean' }

function ofText(
  value: unknown,
  shape: string,
  missing: ReadonlySet<string>,
  path: string,
): readonly string[] {
  const [type, ...mark] = shape.split(' ')
  if (value === null) {
    if (mark.length === 0) return [`${path} is null`]
    return mark[0] === 'nullable' || missing.has(path) ? [] : [`${path} is null for no reason`]
  }
  const isRight = typeof value === TYPES[type as Type] && (type !== 'number' || Number.isFinite(value))
  const found = typeof value === 'number' ? String(value) : typeof value
  return isRight ? [] : [`${path} is ${found}, no ${type ?? ''}`]
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function isOptional(
  shape: Exclude<Shape, string>,
): shape is { readonly '?': 'missing' | 'nullable'; readonly is: Shape } {
  return '?' in shape
}
