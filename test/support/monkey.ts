import type { Frame } from '../../src/model/frame.ts'
import type { SessionState } from '../../src/model/session.ts'
import { seededRandom } from './random.ts'
import { pause, watch } from './terminal.ts'

/** Every key of the table, what is typed into prompts, and what terminals send beside keys. */
const KEYS = [
  ...'? h j k s t / r F c < > p z + - ] n N g G L [ q x y v l l m : 0 > 1 2 % ! 5 M P I u f o \\ K e'.split(
    ' ',
  ),
  ...'1 2 3 4 5 6 7 8 9 0'.split(' '),
  '\r',
  '\t',
  ' ',
  '\u001b',
  '\u001b[A',
  '\u001b[B',
  '\u001b[C',
  '\u001b[D',
  '\u001b[5~',
  '\u001b[6~',
  '\u001b[H',
  '\u001b[F',
  '\u001b[Z',
  '\u001bOQ',
  '\u001b[17~',
  '\u001b[20~',
  '\u007f',
  '\u000c',
  '\u0004',
  '\u0006',
  '\u0017',
  '\u001b[<0;10;12M',
  '\u001b[<64;3;3M',
  '\u001b[<65;90;30M',
  '模',
  'é',
]

const SIZES: readonly (readonly [number, number])[] = [
  [120, 40],
  [80, 24],
  [200, 60],
  [60, 15],
  [59, 14],
  [1, 1],
  [300, 90],
  [20, 90],
  [250, 4],
  [99, 30],
]

export interface MonkeyRun {
  readonly seed: number
  readonly untilMs: number
  readonly frames: readonly Frame[]
  readonly session: SessionState
  readonly onRound?: (round: number) => void
}

/**
 * Presses random keys and resizes at random while frames come, and now and then compares what the terminal shows with the
 * same picture drawn anew. Returns what was wrong.
 */
export async function monkey({
  seed,
  untilMs,
  frames,
  session,
  onRound,
}: MonkeyRun): Promise<readonly string[]> {
  const next = seededRandom(seed)
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(next() * all.length)]
  const watched = watch(120, 40, { session: () => session })
  const wrong: string[] = []
  const typed: string[] = []
  for (let round = 0; performance.now() < untilMs && wrong.length === 0; round++) {
    const frame = frames[round % frames.length]
    if (frame !== undefined) await watched.show(frame)
    for (let i = 0; i < 12; i++) {
      const key = pick(KEYS) ?? ' '
      typed.push(key)
      await watched.type(key)
    }
    const [columns, rows] = pick(SIZES) ?? [80, 24]
    if (round % 3 === 0) watched.terminal.resize(columns, rows)
    // a lone Escape waits for the rest of a sequence
    await pause(30)
    wrong.push(...(await strayCharacters(watched, typed)))
    onRound?.(round)
  }
  await watched.screen.close()
  return wrong
}

async function strayCharacters(
  watched: ReturnType<typeof watch>,
  typed: readonly string[],
): Promise<readonly string[]> {
  const before = await watched.terminal.rows()
  watched.screen.refresh()
  await pause(40)
  const shown = await watched.terminal.rows()
  await watched.type('\u000c')
  const anew = await watched.terminal.rows()
  const differs = shown.findIndex((row, y) => row !== anew[y])
  const controls = anew.findIndex((row) => /[\u0000-\u001f\u007f-\u009f]/.test(row))
  const keys = JSON.stringify(typed.slice(-24).join(''))
  if (before.length !== shown.length) return [`${before.length} rows became ${shown.length} after ${keys}`]
  return [
    ...(differs < 0
      ? []
      : [`row ${differs} after ${keys}:\n${shown[differs] ?? ''}\n${anew[differs] ?? ''}`]),
    ...(controls < 0 ? [] : [`row ${controls} holds a control character after ${keys}`]),
  ]
}
