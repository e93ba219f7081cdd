import type { Reading } from '../../core/reading.ts'
import { known, map } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import { seriesOf, type Metric } from './metric.ts'

/** The host's own memory, and how fresh all of it is. */
export const HOST_METRICS: readonly Metric[] = [
  ofHost(
    'llmtop_host_memory_total_bytes',
    'bytes',
    'Memory of the host.',
    ({ hostMemory }) => hostMemory.totalBytes,
  ),
  ofHost(
    'llmtop_host_memory_available_bytes',
    'bytes',
    'Memory that can be had without swapping (MemAvailable).',
    ({ hostMemory }) => hostMemory.availableBytes,
  ),
  ofHost('llmtop_host_swap_total_bytes', 'bytes', 'Swap.', ({ hostMemory }) => hostMemory.swapTotalBytes),
  ofHost(
    'llmtop_host_swap_used_bytes',
    'bytes',
    'Swap in use.',
    ({ hostMemory }) => hostMemory.swapUsedBytes,
  ),
  ofHost(
    'llmtop_host_memory_pressure_ratio',
    'ratio',
    'Share of the last ten seconds in which some task waited for memory (PSI some avg10).',
    ({ hostMemory }) => map(hostMemory.pressure.someAvg10Percent, (percent) => percent / 100),
  ),
  ofHost(
    'llmtop_host_memory_stall_ratio',
    'ratio',
    'Share of the last ten seconds in which all tasks waited for memory (PSI full avg10).',
    ({ hostMemory }) => map(hostMemory.pressure.fullAvg10Percent, (percent) => percent / 100),
  ),
  ofHost(
    'llmtop_host_oom_kills_total',
    undefined,
    'Processes the kernel has killed for memory since boot.',
    ({ hostMemory }) => hostMemory.oomKills,
  ),
  own('llmtop_up', undefined, 'Whether the host answers: 1 live, 0 anything else.', ({ link }) =>
    known(link.state === 'live' ? 1 : 0),
  ),
  own(
    'llmtop_scrape_duration_seconds',
    'seconds',
    'What the newest answer of nvidia-smi took.',
    ({ gpuSample }) =>
      gpuSample.kind === 'known' ? map(gpuSample.value.tookMs, (ms) => ms / 1000) : gpuSample,
  ),
  own(
    'llmtop_last_sample_timestamp_seconds',
    'seconds',
    'When the newest sample was taken, since 1970.',
    ({ takenAtEpochMs }) => known(takenAtEpochMs / 1000),
  ),
  own(
    'llmtop_sample_interval_seconds',
    'seconds',
    'The time between samples: three of them without a new one are a gap.',
    ({ intervalMs }) => known(intervalMs / 1000),
  ),
]

type Unit = Metric['unit']
type Read = (frame: Frame) => Reading<number>

function ofHost(name: Metric['name'], unit: Unit, help: string, read: Read): Metric {
  return { ...own(name, unit, help, read), group: 'Host' }
}

function own(name: Metric['name'], unit: Unit, help: string, read: Read): Metric {
  return {
    name,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    ...(unit === undefined ? {} : { unit }),
    help,
    group: 'llmtop',
    labels: [],
    merge: 'max',
    series: (frame) => seriesOf([], read(frame)),
  }
}
