import { readCells, readHeader, cellOf, type CsvColumns } from './columns.ts'
import { cardOf } from './document.ts'
import { readShellLine } from './shell-loop.ts'
import { readCsvStamp, type CsvStamp } from './stamp.ts'

/** Rows that were read at one moment, under their header: one sample. */
export interface CsvGroup {
  /** The text of the sample's part: the header, then the rows. */
  readonly text: string
  readonly stamp: CsvStamp | undefined
}

/** Where a reader stands: the header that holds, and the rows of the sample that is being gathered. */
export interface CsvState {
  readonly columns: CsvColumns | undefined
  readonly rows: readonly string[]
  readonly cards: readonly string[]
  readonly stamp: CsvStamp | undefined
}

export const NO_ROWS: CsvState = { columns: undefined, rows: [], cards: [], stamp: undefined }

/** Takes one line; gives the sample that it ends, if it ends one. What is neither header nor row is passed over. */
export function takeCsvLine(
  state: CsvState,
  line: string,
): { readonly state: CsvState; readonly ended: CsvGroup | undefined } {
  const shell = readShellLine(line)
  if (shell !== undefined) {
    return { state: NO_ROWS, ended: { text: shell.text, stamp: shell.stamp } }
  }
  const columns = readHeader(line)
  if (columns === 'other-list') return { state: NO_ROWS, ended: groupOf(state) }
  if (columns !== undefined) return { state: { ...NO_ROWS, columns }, ended: groupOf(state) }
  const cells = state.columns === undefined ? undefined : readCells(line, state.columns)
  if (state.columns === undefined || cells === undefined) return { state, ended: undefined }
  return takeRow(state, state.columns, line, cells)
}

/** Whether a text has a header of such a log, or lines of the shell loop. */
export function isCsvLog(text: string): boolean {
  return text
    .split('\n')
    .some((line) => typeof readHeader(line) === 'object' || readShellLine(line) !== undefined)
}

/** What is gathered when the log ends. */
export function groupOf({ columns, rows, stamp }: CsvState): CsvGroup | undefined {
  if (columns === undefined || rows.length === 0) return undefined
  return { text: [columns.header, ...rows].join('\n'), stamp }
}

function takeRow(
  state: CsvState,
  columns: CsvColumns,
  line: string,
  cells: readonly string[],
): ReturnType<typeof takeCsvLine> {
  const stamp = readCsvStamp(cellOf(cells, columns, 'timestamp') ?? '')
  const card = cardOf(cells, columns)
  const row = line.trim()
  if (!beginsAnew(state, stamp, card)) {
    const cards = card === undefined ? state.cards : [...state.cards, card]
    return { state: { ...state, rows: [...state.rows, row], cards }, ended: undefined }
  }
  return {
    state: { columns, rows: [row], cards: card === undefined ? [] : [card], stamp },
    ended: groupOf(state),
  }
}

/** A card that was read already begins the next sample; where nothing names the card, another time does. */
function beginsAnew(state: CsvState, stamp: CsvStamp | undefined, card: string | undefined): boolean {
  if (state.rows.length === 0) return true
  if (card !== undefined) return state.cards.includes(card)
  return stamp === undefined || stamp.epochMs !== state.stamp?.epochMs
}
