import type { Fault } from '../core/fault.ts'
import type { Reading } from '../core/reading.ts'

/** One document of `nvidia-smi -q -x`, typed. */
export interface NvidiaSmi {
  readonly driverVersion: Reading<string>
  readonly cudaVersion: Reading<string>
  readonly gpus: readonly Gpu[]
  /** What is wrong with single GPUs or printed before the document; the GPUs that were read stand all the same. */
  readonly faults: readonly Fault[]
}

/** A graphics card. Identity is `uuid`; `index` is for people. */
export interface Gpu {
  readonly index: number
  readonly uuid: string
  readonly name: string
  /** `00000000:18:00.0`, letter case as the driver gave it. */
  readonly busId: string
  readonly architecture: Reading<string>
  /** One pool with host memory (GB10, Jetson): the frame buffer numbers are absent or wrong. */
  readonly unifiedMemory: boolean
  readonly persistenceMode: Reading<boolean>
  /** `WDDM` on Windows and WSL: there the driver gives no memory per process. */
  readonly driverModel: Reading<string>
  readonly memory: DeviceMemory
  readonly utilization: { readonly gpuPercent: Reading<number>; readonly memoryPercent: Reading<number> }
  readonly temperatureCelsius: Reading<number>
  readonly powerWatts: Reading<number>
  readonly powerLimitWatts: Reading<number>
  readonly fanPercent: Reading<number>
  /** The active reasons for lower clocks, in the driver's words without their prefix; idle is none. */
  readonly throttle: readonly string[]
  readonly recoveryAction: Reading<string>
  readonly clocks: { readonly smMHz: Reading<number>; readonly memoryMHz: Reading<number> }
  readonly performanceState: Reading<string>
  readonly pcie: { readonly rxBytesPerSecond: Reading<number>; readonly txBytesPerSecond: Reading<number> }
  readonly mig: { readonly enabled: Reading<boolean>; readonly devices: readonly MigDevice[] }
  /** Missing where the driver does not list processes at all; an empty list means that there are none. */
  readonly processes: Reading<readonly GpuProcess[]>
}

/** Since driver 510 `used` does not hold `reserved`: total = reserved + used + free within 2 MiB. */
export interface DeviceMemory {
  readonly totalBytes: Reading<number>
  readonly reservedBytes: Reading<number>
  readonly usedBytes: Reading<number>
  readonly freeBytes: Reading<number>
}

export interface MigDevice {
  readonly index: number
  readonly gpuInstanceId: number
  readonly computeInstanceId: number
  readonly memory: DeviceMemory
}

/** A line of a GPU's process list. The same pid may stand on several GPUs, and twice on one under MIG. */
export interface GpuProcess {
  readonly pid: number
  /** `C`, `G`, `C+G`, `M+C`, … as the driver says. */
  readonly type: string
  readonly name: string
  readonly usedBytes: Reading<number>
  readonly gpuInstanceId: Reading<number>
  readonly computeInstanceId: Reading<number>
}

export interface HostMemory {
  readonly totalBytes: Reading<number>
  readonly availableBytes: Reading<number>
  readonly freeBytes: Reading<number>
  readonly swapTotalBytes: Reading<number>
  readonly swapUsedBytes: Reading<number>
  readonly pressure: {
    readonly someAvg10Percent: Reading<number>
    readonly fullAvg10Percent: Reading<number>
  }
  /** Processes the kernel has killed for memory since boot. */
  readonly oomKills: Reading<number>
}

/** A control group that limits memory. File pages of a mapped model can be given back, so they are not counted as held. */
export interface CgroupMemory {
  readonly path: string
  readonly limitBytes: number
  /** Anonymous, shared and unreclaimable kernel memory. */
  readonly heldBytes: Reading<number>
  readonly currentBytes: Reading<number>
  /** Processes of it that the kernel has killed for memory. */
  readonly oomKills: Reading<number>
}

/** A process of the host as /proc shows it. Identity is pid and start time: a reused pid is another process. */
export interface HostProcess {
  readonly pid: number
  readonly parentPid: number
  /** Field 22 of /proc/PID/stat: clock ticks after boot. */
  readonly startTicks: number
  /** At most 15 bytes, as the kernel keeps it. */
  readonly comm: string
  /** Argument by argument, secrets masked; a single element where the process has overwritten its title. */
  readonly command: readonly string[]
  readonly user: Reading<string>
  readonly residentBytes: Reading<number>
  /** Of one core, over the time since the previous sample: 250 means two and a half cores. */
  readonly cpuPercent: Reading<number>
  readonly container: Container | undefined
}

export interface Container {
  /** The first 12 characters, as docker and podman print it. */
  readonly id: string
  readonly name: string | undefined
}
