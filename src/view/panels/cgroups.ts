import { formatGib } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { CgroupMemory } from '../../model/snapshot.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadName } from '../workload-name.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit } from '../width.ts'
import { shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** Memory limits of control groups in which engines run: a container can die long before the host is full. */
export const cgroupsPanel = textPanel(
  'cgroups',
  () => ({ left: [span('Memory limits of engines', 'title')], right: [] }),
  lines,
)

function lines({ frame }: Scene): readonly Line[] {
  return frame.workloads.flatMap((workload) =>
    workload.cgroup.kind === 'known' ? [line(workload, workload.cgroup.value)] : [],
  )
}

function line(workload: Workload, { path, limitBytes, heldBytes, oomKills }: CgroupMemory): Line {
  const percent = shown(heldBytes, (held) => `${((100 * held) / Math.max(1, limitBytes)).toFixed(0)} %`)
  const kills = valueOr(oomKills, 0)
  const close = heldBytes.kind === 'known' && heldBytes.value > 0.9 * limitBytes
  return [
    span(`  ${fit(workloadName(workload), 18)}`),
    span(fit(`${shown(heldBytes, formatGib)} of ${formatGib(limitBytes)} GiB`, 18)),
    span(fit(percent, 6, 'right'), close ? 'warn' : 'strong'),
    span(kills > 0 ? `  ${kills} OOM kill${kills === 1 ? '' : 's'}` : '', 'warn'),
    span(`  ${path}`, 'dim'),
  ]
}
