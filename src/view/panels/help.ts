import { sliceGlyph } from '../bar.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { GROUPS } from '../binding.ts'
import { keyNames } from '../key-names.ts'
import { BINDINGS } from '../keymap.ts'
import { clipLine, span } from '../line.ts'
import type { Line, Panel, PanelView } from '../panel.ts'
import type { Tone } from '../theme.ts'
import { fit, wrap } from '../width.ts'

/** All keys, and how to read the screen. */
export const helpPanel: Panel = {
  id: 'help',
  title: () => ({ left: [span('Help', 'title')], right: [span('? or Esc closes', 'dim')] }),
  view: ({ ui }, { columns, rows }): PanelView => ({
    kind: 'lines',
    lines: helpLines(columns, ui.ascii).slice(0, rows),
  }),
}

/** Every line of the help, top to bottom. */
export function helpLines(columns: number, ascii: boolean): readonly Line[] {
  return allLines(Math.max(20, columns - SIGN_COLUMNS - 4), ascii).map((line) => clipLine(line, columns))
}

const SIGN_COLUMNS = 17

function allLines(room: number, ascii: boolean): readonly Line[] {
  const entry = (sign: string, tone: Tone, meaning: string): readonly Line[] =>
    wrap(meaning, room, 3).map((text, i) => [
      span('   '),
      span(fit(i === 0 ? sign : '', SIGN_COLUMNS), tone),
      span(text),
    ])
  return [
    ...GROUPS.flatMap((group) => [
      heading(group),
      ...BINDINGS.filter((binding) => binding.group === group).flatMap(({ labels, help }) =>
        entry(keyNames(labels.join(' '), ascii), 'key', help),
      ),
    ]),
    heading('The memory bar'),
    ...SLICES.flatMap(([kind, meaning]) => entry(sliceGlyph(kind), kind, meaning)),
    ...entry(
      glyph('ceiling'),
      'ceiling',
      'predicted ceiling: the most that all workloads here can come to hold',
    ),
    heading('Warnings'),
    ...entry(
      `${levelGlyph('critical')} critical`,
      'critical',
      'memory runs out within minutes, or a start will fail',
    ),
    ...entry(`${levelGlyph('warn')} warn`, 'warn', 'it will run out, or requests already suffer'),
    ...entry(`${levelGlyph('watch')} watch`, 'watch', 'something is coming, with time to act'),
    ...entry(glyph('missing'), 'dim', 'not known: never a zero'),
  ]
}

const SLICES = [
  ['weights', 'weights of models'],
  ['kvUsed', 'KV cache in use by requests'],
  ['kvReserved', 'KV cache that is taken but free for requests'],
  ['activations', 'activations, CUDA context, graphs and other overhead'],
  ['dynamic', 'KV cache and activations where they cannot be told apart'],
  ['undivided', 'used, but of what it consists is not known'],
  ['others', 'other processes'],
  ['unowned', 'used by no process that is listed'],
  ['reserved', 'kept by the driver: not part of the limit'],
] as const

function heading(text: string): Line {
  return [span(` ${text}`, 'title')]
}
