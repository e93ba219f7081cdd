/** A place in a list whose rows come, go and change order, or in a text that is scrolled. */
export interface Cursor {
  /** The row it follows, by identity; undefined until it was moved: then the row that stands there, whoever it is. */
  readonly selectedId: string | undefined
  /** Where it stood last, for when its row is gone. */
  readonly selectedIndex: number
  /** First row or line that is shown. */
  readonly scroll: number
}

export const NO_CURSOR: Cursor = { selectedId: undefined, selectedIndex: 0, scroll: 0 }

export type Step = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'

/** The index of the selected row: its process wherever it stands now, or, when that is gone, whoever took its place. */
export function selectedRow(cursor: Cursor, ids: readonly string[]): number {
  const index = cursor.selectedId === undefined ? -1 : ids.indexOf(cursor.selectedId)
  return index >= 0 ? index : Math.max(0, Math.min(cursor.selectedIndex, ids.length - 1))
}

/** The first row to show so that the selected one is in sight and the list is as full as can be. */
export function firstRow(cursor: Cursor, ids: readonly string[], rows: number): number {
  const selected = selectedRow(cursor, ids)
  const wanted = Math.min(cursor.scroll, Math.max(0, ids.length - rows))
  return rows <= 0 ? 0 : Math.max(Math.min(wanted, selected), selected - rows + 1)
}

/** The cursor on another row of a list of which `rows` are in sight. */
export function move(cursor: Cursor, step: Step, ids: readonly string[], rows: number): Cursor {
  return moveTo(cursor, target(selectedRow(cursor, ids), step, rows, ids.length - 1), ids, rows)
}

/** The cursor on the row of that index; without `rows` nothing is scrolled. */
export function moveTo(cursor: Cursor, index: number, ids: readonly string[], rows?: number): Cursor {
  const moved = { ...cursor, selectedId: ids[index], selectedIndex: index }
  return rows === undefined ? moved : { ...moved, scroll: firstRow(moved, ids, rows) }
}

/** A text of `lines` scrolled in a window of `rows`, of which the frame of what is cut can take the first and the last. */
export function scrolled(cursor: Cursor, step: Step, lines: number, rows: number): Cursor {
  const end = Math.max(0, lines - rows)
  return { ...cursor, scroll: target(Math.min(cursor.scroll, end), step, rows - 2, end) }
}

/** A view that is longer than its window and ends in a list: a page that is scrolled, with rows that can be chosen. */
export interface Page {
  readonly lines: number
  /** Lines in sight, the frame of what is cut among them. */
  readonly rows: number
  /** The line of the page on which its first row stands. */
  readonly listTop: number
}

/** The cursor on the next row where that is in sight, else the page scrolled: every line and every row is reached. */
export function paged(cursor: Cursor, step: Step, ids: readonly string[], page: Page): Cursor {
  const selected = selectedRow(cursor, ids)
  const wanted = target(selected, step, page.rows - 2, ids.length - 1)
  const end = Math.max(0, page.lines - page.rows)
  const from = Math.min(cursor.scroll, end)
  const isToAnEnd = step === 'first' || step === 'last'
  const stays = !isToAnEnd && wanted !== selected && isIn(rowsOnPage(from, ids, page), wanted)
  const scroll = stays ? from : target(from, step, page.rows - 2, end)
  const [first, last] = rowsOnPage(scroll, ids, page)
  if (last < first) return { ...NO_CURSOR, scroll }
  const index = Math.max(first, Math.min(wanted, last))
  return { selectedId: ids[index], selectedIndex: index, scroll }
}

// The first and the last row in sight; the other way round where none is.
function rowsOnPage(
  scroll: number,
  ids: readonly string[],
  { rows, listTop }: Page,
): readonly [number, number] {
  return [Math.max(0, scroll + 1 - listTop), Math.min(ids.length - 1, scroll + rows - 2 - listTop)]
}

function isIn([first, last]: readonly [number, number], row: number): boolean {
  return row >= first && row <= last
}

// A page keeps one line of the page before.
function target(from: number, step: Step, page: number, end: number): number {
  return Math.max(0, Math.min(wanted(from, step, Math.max(1, page - 1), end), end))
}

function wanted(from: number, step: Step, jump: number, end: number): number {
  switch (step) {
    case 'up':
      return from - 1
    case 'down':
      return from + 1
    case 'page-up':
      return from - jump
    case 'page-down':
      return from + jump
    case 'first':
      return 0
    case 'last':
      return end
  }
}
