import type { Writable } from 'node:stream'
import { describeFault } from '../core/fault.ts'
import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import { liveState } from '../model/session.ts'
import { NO_HISTORY } from '../view/history.ts'
import type { Line, PanelId, Scene } from '../view/panel.ts'
import { PANELS } from '../view/panels/index.ts'
import { INITIAL_UI } from '../view/ui-state.ts'
import type { Output } from './output.ts'
import { writeTo } from './write.ts'

/** Frames as text, for where there is no terminal to draw on: a pipe, a log, a dumb terminal. */
export function plainOutput(stream: Writable): Output {
  return {
    label: 'plain',
    accept: (frame, { isPast }) => (isPast === true ? undefined : writeTo(stream, `${plainText(frame)}\n`)),
    close: () => undefined,
  }
}

const COLUMNS = 120
const SECTIONS: readonly PanelId[] = ['gpus', 'host', 'processes']

/** One frame as the screen shows it, without colour; warnings and faults in full, since nothing scrolls here. */
export function plainText(frame: Frame): string {
  const session = liveState(frame.intervalMs)
  const seen = { frame, history: NO_HISTORY, log: [] }
  const scene: Scene = { ...seen, hosts: [seen], session, ui: INITIAL_UI }
  const lines = [
    heading(frame),
    ...SECTIONS.flatMap((id) => section(id, scene)),
    ...frame.risks.flatMap(warning),
    ...frame.faults.map(({ fault }) => `fault: ${describeFault(fault)}`),
  ]
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function heading({ host, takenAtEpochMs, driver }: Frame): string {
  const version = driver.version.kind === 'known' ? `  driver ${driver.version.value}` : ''
  return `llmtop  ${host}  ${new Date(takenAtEpochMs).toISOString()}${version}`
}

function section(id: PanelId, scene: Scene): readonly string[] {
  // as many rows as there could be: what is not used is not drawn
  const rows = 16 + 4 * scene.frame.gpus.length + scene.frame.workloads.length
  return PANELS[id].view(scene, { columns: COLUMNS, rows }).lines.map(textOf)
}

function textOf(line: Line): string {
  return line.map(({ text }) => text).join('')
}

function warning({ level, summary, advice }: Risk): readonly string[] {
  return [`${level}: ${summary}`, ...advice.map(({ action }) => `  to do: ${action}`)]
}
