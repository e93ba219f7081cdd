import type { Frame } from '../../model/frame.ts'
import type { Advice, Risk } from '../../model/risk.ts'
import type { Workload } from '../../model/workload.ts'
import { uiAction } from '../binding.ts'
import { changedCommand } from '../changed-command.ts'
import { levelGlyph } from '../glyphs.ts'
import type { KeyAction } from '../key-action.ts'
import { clickable, clipLine, fitLine, lineWidth, span, spread } from '../line.ts'
import type { Line, Panel, PanelView, Size } from '../panel.ts'
import { priceOf } from '../risk-lines.ts'
import { truncate, wrap } from '../width.ts'

// From here on there is room for the level in words, and for more than what to do about the worst.
const WIDE_COLUMNS = 98

/** What will happen, to whom, when; worst first. Where there is room, what to do about the first. */
export const warningsPanel: Panel = {
  id: 'warnings',
  title: (scene) => ({
    left: [span('Warnings', 'title'), span(`  ${scene.frame.risks.length}`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: warningLines(scene.frame, size) }),
}

/**
 * One line for each risk. Rows to spare go to what to do about the worst, then to sentences that need further lines, then
 * to what to do about the others, and then to the commands that do it. As many rows as it took always give the same lines.
 */
export function warningLines(
  { risks, workloads }: Pick<Frame, 'risks' | 'workloads'>,
  size: Size,
): readonly Line[] {
  const kept = piecesOf(risks, size.columns).slice(0, Math.max(0, size.rows))
  const of = (index: number, part: Piece['part']) =>
    kept.filter((piece) => piece.index === index && piece.part === part).length
  const lines = risks.flatMap((risk, i) => {
    const rows = of(i, 'sentence')
    if (rows === 0) return []
    const [advice] = risk.advice
    const about: readonly Line[] = [
      ...warning(risk, { columns: size.columns, rows }),
      ...(advice !== undefined && of(i, 'step') > 0 ? [todo(advice, i === 0, size.columns)] : []),
      ...(advice?.command !== undefined && of(i, 'command') > 0
        ? [
            commandLine(
              advice.command,
              workloads.find(({ id }) => id === risk.workload),
              size.columns,
            ),
          ]
        : []),
    ]
    return about.map((line) => clickable(line, showWarning(risk, workloads)))
  })
  return counted(lines, risks.filter((_, i) => of(i, 'sentence') === 0).length, size.columns)
}

// Its workload where that lives, else the list of warnings.
function showWarning(risk: Risk, workloads: readonly Workload[]): KeyAction {
  const workload = workloads.find(({ id }) => id === risk.workload)
  return uiAction(
    workload === undefined
      ? { kind: 'tab-to', index: 2 }
      : { kind: 'show', view: { kind: 'workload', id: workload.id } },
  )
}

/** A line about one of the risks. */
interface Piece {
  readonly index: number
  readonly part: 'sentence' | 'step' | 'command'
}

// The most important first.
function piecesOf(risks: readonly Risk[], columns: number): readonly Piece[] {
  const sentences = risks.map((risk, index) =>
    warning(risk, { columns, rows: LONGEST_SENTENCE }).map((): Piece => ({ index, part: 'sentence' })),
  )
  const first = sentences.flatMap((pieces) => pieces.slice(0, 1))
  const rest = sentences.flatMap((pieces) => pieces.slice(1))
  const steps = risks.flatMap((_, index): readonly Piece[] =>
    isNews(risks, index) ? [{ index, part: 'step' }] : [],
  )
  const commands = steps.flatMap(({ index }): readonly Piece[] =>
    risks[index]?.advice[0]?.command === undefined ? [] : [{ index, part: 'command' }],
  )
  const [worst, others] = [steps.filter(({ index }) => index === 0), steps.filter(({ index }) => index > 0)]
  const needed = [...first.slice(0, 2), ...worst, ...first.slice(2), ...rest]
  return columns < WIDE_COLUMNS ? needed : [...needed, ...others, ...commands]
}

// Two warnings of one workload often have one remedy.
function isNews(risks: readonly Risk[], index: number): boolean {
  const stepOf = (risk: Risk | undefined) =>
    risk?.advice[0] && `${risk.workload} ${risk.advice[0].action} ${risk.advice[0].command}`
  const own = stepOf(risks[index])
  return own !== undefined && !risks.slice(0, index).some((risk) => stepOf(risk) === own)
}

const LONGEST_SENTENCE = 4

function warning(risk: Risk, size: Size): readonly Line[] {
  const word = size.columns >= WIDE_COLUMNS ? ` ${risk.level}` : ''
  const mark = [span(' '), span(`${levelGlyph(risk.level)}${word}`, risk.level), span(' ')]
  const indent = lineWidth(mark)
  return wrap(risk.summary, Math.max(1, size.columns - indent - 1), size.rows).map((text, i) =>
    clipLine([...(i === 0 ? mark : [span(' '.repeat(indent))]), span(text)], size.columns),
  )
}

// What finds no room is counted, never silently left out.
function counted(lines: readonly Line[], hidden: number, columns: number): readonly Line[] {
  if (hidden <= 0) return lines
  const note = [span(` +${hidden} more `, 'dim')]
  const room = Math.max(0, columns - lineWidth(note))
  return lines.with(-1, clipLine([...fitLine(lines.at(-1) ?? [], room), ...note], columns))
}

function commandLine(command: string, workload: Workload | undefined, columns: number): Line {
  const indent = ' '.repeat(TODO.length)
  return [
    span(indent),
    span(changedCommand(command, workload?.command ?? [], columns - 1 - indent.length), 'key'),
  ]
}

const TODO = '   to do: '

function todo(advice: Advice, isFirst: boolean, columns: number): Line {
  const why = columns >= WIDE_COLUMNS ? ' why, how ' : ' why '
  const hint: Line = isFirst ? [span('  Enter', 'key'), span(why, 'dim')] : []
  const label = span(TODO, 'dim')
  const price = span(` (${priceOf(advice)})`, 'dim')
  // what it brings is read before the end of how it is done
  const room = columns - lineWidth([label, price, ...hint])
  return spread([label, span(truncate(advice.action, Math.max(24, room))), price], hint, columns)
}
