import type { Writable } from 'node:stream'
import { describeFault } from '../core/fault.ts'
import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import { liveState } from '../model/session.ts'
import { textInAscii } from '../view/glyphs.ts'
import { NO_HISTORY } from '../view/history.ts'
import { hostLineOf } from '../view/layouts/overview.ts'
import type { Line, PanelId, Scene } from '../view/panel.ts'
import { PANELS } from '../view/panels/index.ts'
import { priceOf } from '../view/risk-lines.ts'
import { INITIAL_UI } from '../view/ui-state.ts'
import { wrap } from '../view/width.ts'
import type { Output } from './output.ts'
import { writeTo } from './write.ts'

/** What text is printed on. */
export interface Paper {
  /** Of the terminal; undefined for a pipe or a file: tables are as wide as they need, and sentences stay in one line. */
  readonly columns: number | undefined
  readonly ascii: boolean
}

/** Frames as text, for where there is no terminal to draw on: a pipe, a log, a dumb terminal. */
export function plainOutput(stream: Writable, paper: Paper): Output {
  return {
    label: 'plain',
    accept: (frame, { isPast }) =>
      isPast === true ? undefined : writeTo(stream, `${plainText(frame, paper)}\n`),
    close: () => undefined,
  }
}

const PIPE_COLUMNS = 120
/** In less no table says anything; a terminal wraps it. */
const LEAST_COLUMNS = 60

/** One frame as the screen shows it, without colour and cursor; warnings and faults in full, since nothing scrolls here. */
export function plainText(frame: Frame, { columns, ascii }: Paper): string {
  const session = liveState(frame.intervalMs)
  const seen = { frame, history: NO_HISTORY, log: [] }
  const scene: Scene = { ...seen, hosts: [seen], session, ui: INITIAL_UI }
  const width = Math.max(columns ?? PIPE_COLUMNS, LEAST_COLUMNS)
  const sentences = [
    ...frame.risks.flatMap(warning),
    ...frame.faults.map(({ fault }): Sentence => ({ indent: '', text: `fault: ${describeFault(fault)}` })),
  ]
  const lines = [
    heading(frame),
    ...sections(scene, width),
    ...sentences.flatMap((sentence) => printed(sentence, columns === undefined ? Infinity : width)),
  ]
  const text = lines.map((line) => `${line.trimEnd()}\n`).join('')
  return ascii ? textInAscii(text) : text
}

function heading({ host, takenAtEpochMs, driver }: Frame): string {
  const version = driver.version.kind === 'known' ? `  driver ${driver.version.value}` : ''
  return `llmtop  ${host}  ${new Date(takenAtEpochMs).toISOString()}${version}`
}

function sections(scene: Scene, columns: number): readonly string[] {
  // as many rows as there could be: what is not used is not drawn
  const rows = 16 + 4 * scene.frame.gpus.length + scene.frame.workloads.length
  const size = { columns, rows }
  const panels: readonly PanelId[] = ['gpus', hostLineOf(scene, size), 'processes']
  return panels.flatMap((id) => PANELS[id].view(scene, size).lines.map(textOf))
}

/** The cursor of a list is for keys. */
function textOf(line: Line): string {
  return line.map(({ text, selected }, at) => (at === 0 && selected === true ? ' ' : text)).join('')
}

/** A line, or several of a terminal. */
interface Sentence {
  readonly indent: string
  readonly text: string
  /** To be copied: never broken. */
  readonly isCommand?: boolean
}

function warning({ level, summary, advice }: Risk): readonly Sentence[] {
  return [
    { indent: '', text: `${level}: ${summary}` },
    ...advice.flatMap((step): readonly Sentence[] => [
      { indent: '  ', text: `to do: ${step.action} (${priceOf(step)})` },
      ...(step.command === undefined ? [] : [{ indent: '    ', text: step.command, isCommand: true }]),
    ]),
  ]
}

function printed({ indent, text, isCommand = false }: Sentence, columns: number): readonly string[] {
  if (isCommand || columns === Infinity) return [`${indent}${text}`]
  return wrap(text, columns - indent.length - HANGING.length, Infinity).map((line, at) =>
    at === 0 ? `${indent}${line}` : `${indent}${HANGING}${line}`,
  )
}

const HANGING = '  '
