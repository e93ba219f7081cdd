import { formatBytesShort } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { firstRow, selectedRow } from '../cursor.ts'
import { hostRows } from '../host-rows.ts'
import type { HostRow } from '../host-rows.ts'
import { span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { rowLine } from '../row-line.ts'
import { cursorOf } from '../ui-state.ts'
import { fit, skip, drawable } from '../width.ts'
import { shown } from '../wording.ts'

/** The processes that hold the most host memory, whether or not they use a GPU. */
export const hostProcessesPanel: Panel = {
  id: 'host-processes',
  title: ({ frame }) => ({
    left: [span('Host memory by process', 'title'), span(`  ${frame.hostProcesses.length}`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

function lines(scene: Scene, size: Size): readonly Line[] {
  if (size.rows <= 0) return []
  const rows = hostRows(scene.frame)
  const head = [span(fit('     PID  USER       RES  CPU%  ENGINE        COMMAND', size.columns), 'title')]
  if (rows.length === 0)
    return [head, [span(fit('  no process has been seen yet', size.columns), 'dim')]].slice(0, size.rows)
  const cursor = cursorOf(scene.ui)
  const ids = rows.map(({ id }) => id)
  const first = firstRow(cursor, ids, size.rows - 1)
  const selected = selectedRow(cursor, ids)
  const inSight = rows.slice(first, first + size.rows - 1)
  return [head, ...inSight.map((row, i) => rowLine(line(row, scene), size.columns, first + i === selected))]
}

function line({ host, opens }: HostRow, { frame, ui }: Scene): Line {
  const workload = frame.workloads.find(({ id }) => id === opens)
  const engine = workload === undefined || workload.engine === 'unknown' ? '' : workload.engine
  const command = host.command.length === 0 ? host.comm : host.command.join(' ')
  return [
    span(`${fit(host.pid.toString(), 7, 'right')}  `),
    span(fit(valueOr(host.user, ''), 8)),
    span(fit(shown(host.residentBytes, formatBytesShort), 6, 'right'), 'strong'),
    span(
      fit(
        shown(host.cpuPercent, (percent) => percent.toFixed(0)),
        6,
        'right',
      ),
    ),
    span(`  ${fit(engine, 12)}  `),
    span(skip(drawable(command), ui.commandOffset), 'dim'),
  ]
}
