import { known, type Reading } from '../../core/reading.ts'
import type { CgroupMemory } from '../../model/snapshot.ts'
import type { VramLimit } from '../../model/workload.ts'
import { seriesOf, type Metric, type Series } from './metric.ts'
import { NAME_LABELS, nameOf, onGpu } from './workload-metrics.ts'

/** What keeps an engine from the whole of a card or of the host. Of several that share labels the tightest counts. */
export const LIMIT_METRICS: readonly Metric[] = [
  vramLimit(
    'llmtop_vram_limit_bytes',
    'What an engine may hold of one GPU, where a control group (dmem.max) or CUDA MPS limits it.',
    'min',
    ({ limitBytes }) => known(limitBytes),
  ),
  vramLimit(
    'llmtop_vram_limit_used_bytes',
    'All that counts against that limit, whoever holds it.',
    'max',
    ({ usedBytes }) => usedBytes,
  ),
  cgroupMemory(
    'llmtop_cgroup_memory_limit_bytes',
    'Host memory that the control group of an engine may have, where one is limited.',
    'min',
    ({ limitBytes }) => known(limitBytes),
  ),
  cgroupMemory(
    'llmtop_cgroup_memory_held_bytes',
    "What that control group holds and can't give back.",
    'max',
    ({ heldBytes }) => heldBytes,
  ),
]

type Read<T> = (limit: T) => Reading<number>

function vramLimit(
  name: Metric['name'],
  help: string,
  merge: Metric['merge'],
  read: Read<VramLimit>,
): Metric {
  return {
    ...inBytes(name, help, merge),
    labels: ['gpu', 'uuid', ...NAME_LABELS, 'kind'],
    series: (frame) =>
      frame.workloads.flatMap((workload) =>
        workload.vramLimits.flatMap((limit): readonly Series[] =>
          onGpu(frame, limit.gpu, seriesOf([...nameOf(workload), limit.kind], read(limit))),
        ),
      ),
  }
}

function cgroupMemory(
  name: Metric['name'],
  help: string,
  merge: Metric['merge'],
  read: Read<CgroupMemory>,
): Metric {
  return {
    ...inBytes(name, help, merge),
    labels: NAME_LABELS,
    series: ({ workloads }) =>
      workloads.flatMap((workload) =>
        workload.cgroup.kind === 'known' ? seriesOf(nameOf(workload), read(workload.cgroup.value)) : [],
      ),
  }
}

function inBytes(
  name: Metric['name'],
  help: string,
  merge: Metric['merge'],
): Omit<Metric, 'labels' | 'series'> {
  return { name, type: 'gauge', unit: 'bytes', help, group: 'Workload', merge }
}
