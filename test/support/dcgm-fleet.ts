import { seededRandom } from './random.ts'

/** A fleet as dcgm-exporter tells of it, over the ten minutes before a moment. */
export interface DcgmFleet {
  readonly hosts: number
  readonly gpusPerHost: number
  /** Cards that leak, by `host/gpu`: they are full some minutes after the end. */
  readonly leaks: ReadonlySet<string>
  readonly endEpochMs: number
}

const TOTAL_MIB = 81_000
const STEP_SECONDS = 15
const STEPS = 44
const LEAK_MIB_PER_STEP = 400

/** OpenMetrics text with time stamps. Even hosts are told of by an older dcgm-exporter, whose label has another name. */
export function dcgmFleetText(fleet: DcgmFleet): string {
  const families = ['USED', 'FREE'].map((name) => {
    const metric = `DCGM_FI_DEV_FB_${name}`
    return `# TYPE ${metric} gauge\n${series(fleet, metric, name === 'USED')}`
  })
  return `${families.join('')}# EOF\n`
}

function series(fleet: DcgmFleet, metric: string, used: boolean): string {
  const lines: string[] = []
  for (let host = 0; host < fleet.hosts; host++) {
    for (let gpu = 0; gpu < fleet.gpusPerHost; gpu++) {
      const labels = labelsOf(host, gpu)
      usedMib(fleet, host, gpu).forEach((mib, step) => {
        const seconds = fleet.endEpochMs / 1000 - (STEPS - 1 - step) * STEP_SECONDS
        lines.push(`${metric}${labels} ${used ? mib : TOTAL_MIB - mib} ${seconds}\n`)
      })
    }
  }
  return lines.join('')
}

export function hostName(host: number): string {
  return `gpu-${String(host).padStart(3, '0')}`
}

export function gpuUuid(host: number, gpu: number): string {
  return `GPU-a${String(host).padStart(7, '0')}-${String(gpu).padStart(4, '0')}`
}

function labelsOf(host: number, gpu: number): string {
  const name = host % 2 === 0 ? 'Hostname' : 'hostname'
  return `{gpu="${gpu}",UUID="${gpuUuid(host, gpu)}",modelName="NVIDIA H100 80GB HBM3",${name}="${hostName(host)}",instance="10.0.0.${host}:9400"}`
}

/** Flat pools, sawtooths of some hundred MiB, idle cards, and leaks. */
function usedMib({ leaks }: DcgmFleet, host: number, gpu: number): readonly number[] {
  const random = seededRandom(host * 100 + gpu)
  const begin = [74_000, 40_000, 600][gpu % 3] ?? 0
  const leaking = leaks.has(`${host}/${gpu}`)
  return Array.from({ length: STEPS }, (_, step) => {
    if (leaking) return 55_000 + step * LEAK_MIB_PER_STEP
    return begin === 40_000 ? begin + Math.round(random() * 500) : begin
  })
}
