import type { Part, RawSample } from '../../src/model/sample.ts'
import { nvidiaSmiXml, type XmlGpu } from './nvidia-smi-xml.ts'
import { seededRandom } from './random.ts'

/** A machine over time, from which samples are made as the local source would take them. */
export interface Scenario {
  readonly host: string
  readonly seed: number
  readonly startedAtEpochMs: number
  readonly intervalMs: number
  readonly durationMs: number
  readonly gpus: readonly SimulatedGpu[]
  readonly processes: readonly SimulatedProcess[]
  readonly hostTotalKib: number
  /** What engines answer, by part name. */
  readonly pagesAt?: (seconds: number) => Readonly<Record<string, string>>
}

export interface SimulatedGpu extends Omit<
  XmlGpu,
  'processes' | 'usedMiB' | 'utilization' | 'powerWatts' | 'temperatureCelsius'
> {
  readonly utilizationAt: (seconds: number) => number
}

export interface SimulatedProcess {
  readonly pid: number
  readonly parentPid: number
  readonly uid: number
  readonly startTicks: number
  readonly comm: string
  readonly command: readonly string[]
  readonly type?: 'C' | 'G' | 'C+G' | 'M+C'
  /** MiB on each card that it uses, by index; undefined while it does not run. */
  readonly gpuMiBAt: (seconds: number) => Readonly<Record<number, number>> | undefined
  readonly residentMiB: number
  readonly cpuPercent: number
}

/** The samples of the whole scenario; the same scenario gives the same samples. */
export function simulate(scenario: Scenario): readonly RawSample[] {
  const random = seededRandom(scenario.seed)
  const count = Math.floor(scenario.durationMs / scenario.intervalMs) + 1
  return Array.from({ length: count }, (_, sequence) => {
    const elapsedMs = sequence * scenario.intervalMs
    return {
      host: scenario.host,
      sequence,
      takenAtEpochMs: scenario.startedAtEpochMs + elapsedMs,
      elapsedMs,
      intervalMs: scenario.intervalMs,
      parts: new Map(partsAt(scenario, sequence, elapsedMs / 1000, random)),
    }
  })
}

type NamedPart = readonly [string, Part]

function partsAt(
  scenario: Scenario,
  sequence: number,
  seconds: number,
  random: () => number,
): readonly NamedPart[] {
  const running = scenario.processes.filter(({ gpuMiBAt }) => gpuMiBAt(seconds) !== undefined)
  const listDue = (sequence * scenario.intervalMs) % 10_000 === 0
  return [
    [
      'nvidia-smi',
      {
        kind: 'text',
        text: documentAt(scenario, running, seconds, random),
        tookMs: 180 + Math.floor(random() * 40),
      },
    ],
    text('meminfo', meminfo(scenario, running)),
    text('vmstat', 'oom_kill 0\n'),
    text(
      'pressure/memory',
      'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
    ),
    text('loadavg', `${(3.5 + random()).toFixed(2)} 3.90 3.71 4/1210 90000\n`),
    text('uptime', `${(1_040_000 + seconds).toFixed(2)} 9000000.00\n`),
    ...(sequence === 0
      ? [
          text('users', '0:root\n1000:alice\n1001:bob\n'),
          text('boot-id', '6f2c0d5e-0000-4000-8000-000000000001\n'),
        ]
      : []),
    ...(listDue ? [text('processes', processList(running))] : []),
    ...running.flatMap((process) => procParts(process, seconds, listDue)),
    ...Object.entries(scenario.pagesAt?.(seconds) ?? {}).map(([name, page]) => httpPart(name, page)),
  ]
}

function text(name: string, content: string): NamedPart {
  return [name, { kind: 'text', text: content }]
}

function httpPart(name: string, page: string): NamedPart {
  return [name, { kind: 'text', text: page, status: 200, contentType: 'text/plain; version=0.0.4' }]
}

function documentAt(
  scenario: Scenario,
  running: readonly SimulatedProcess[],
  seconds: number,
  random: () => number,
): string {
  return nvidiaSmiXml({
    timestamp: stamp(scenario.startedAtEpochMs + seconds * 1000),
    gpus: scenario.gpus.map((gpu, index) => {
      const utilization = Math.max(
        0,
        Math.min(100, Math.round(gpu.utilizationAt(seconds) + (random() - 0.5) * 8)),
      )
      const processes = running.flatMap((process) => {
        const usedMiB = process.gpuMiBAt(seconds)?.[index]
        return usedMiB === undefined
          ? []
          : [
              {
                pid: process.pid,
                name: process.command[0] ?? process.comm,
                type: process.type ?? 'C',
                usedMiB: Math.round(usedMiB),
              },
            ]
      })
      const heldMiB = processes.reduce((total, { usedMiB }) => total + usedMiB, 0)
      return {
        supportedClocks: 0,
        ...gpu,
        utilization,
        temperatureCelsius: 38 + Math.round(utilization * 0.35),
        powerWatts: 95 + utilization * 5.6,
        // a few MiB that no process owns, as on real cards
        usedMiB: heldMiB + 12,
        processes,
      }
    }),
  })
}

/** `Wed Jan 22 04:28:25 2025`, as nvidia-smi prints it. */
function stamp(epochMs: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochMs)
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`
}

function meminfo(scenario: Scenario, running: readonly SimulatedProcess[]): string {
  const usedKib = running.reduce((total, { residentMiB }) => total + residentMiB * 1024, 6 * 1024 * 1024)
  const lines = {
    MemTotal: scenario.hostTotalKib,
    MemFree: Math.max(0, scenario.hostTotalKib - usedKib - 20 * 1024 * 1024),
    MemAvailable: scenario.hostTotalKib - usedKib,
    Shmem: 120_000,
    SwapTotal: 8_388_604,
    SwapFree: 8_388_604,
  }
  return Object.entries(lines)
    .map(([name, kib]) => `${`${name}:`.padEnd(16)}${kib.toString().padStart(8)} kB\n`)
    .join('')
}

function processList(running: readonly SimulatedProcess[]): string {
  const init = '1 0 0 2 12288 systemd\n'
  return (
    init +
    running
      .map((p) => `${p.pid} ${p.parentPid} ${p.uid} ${p.startTicks} ${p.residentMiB * 1024} ${p.comm}\n`)
      .join('')
  )
}

function procParts(process: SimulatedProcess, seconds: number, whole: boolean): readonly NamedPart[] {
  const folder = `proc/${process.pid}`
  const ticks = Math.round(process.cpuPercent * seconds)
  // man 5 proc: pid (comm) state ppid … utime stime (fields 14, 15) … starttime (22) vsize rss
  const stat = `${process.pid} (${process.comm}) S ${process.parentPid} 1 1 0 -1 4194560 0 0 0 0 ${ticks} 0 0 0 20 0 8 0 ${process.startTicks} 0 ${process.residentMiB * 256} 0\n`
  const status = `Uid:\t${process.uid}\t${process.uid}\t${process.uid}\t${process.uid}\nNSpid:\t${process.pid}\nVmRSS:\t${process.residentMiB * 1024} kB\nVmSwap:\t0 kB\n`
  return [
    text(`${folder}/stat`, stat),
    text(`${folder}/status`, status),
    ...(whole
      ? [
          text(`${folder}/cmdline`, `${process.command.join('\0')}\0`),
          text(`${folder}/cgroup`, '0::/system.slice\n'),
        ]
      : []),
  ]
}
