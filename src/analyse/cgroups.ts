import { missing, valueOr, type Reading } from '../core/reading.ts'
import { minutes } from '../core/units.ts'
import type { CgroupMemory } from '../model/snapshot.ts'
import { CGROUP_FILES, dmemPart, partNames, type Want } from '../model/want.ts'
import { parseDmem } from '../parse/cgroup-dmem.ts'
import { parseCgroupMemory, type CgroupFile } from '../parse/cgroup-memory.ts'
import { parseCgroup } from '../parse/proc-cgroup.ts'
import { textIn, textOf, without, type AnswerBook } from './answers.ts'

const FILE_BYTES = 64 * 1024
/** A group without a limit may be given one while it runs. */
const LOOK_AGAIN_MS = minutes(1)
/** What was not renewed for so long belongs to a group that is gone. */
const KEEP_MS = minutes(5)

/** The control groups that may limit these processes: their own and all above; those with a limit at every tick. */
export function cgroupWants(pids: readonly number[], answers: AnswerBook): readonly Want[] {
  const paths = new Set(pids.flatMap((pid) => cgroupPathsOf(pid, answers)))
  return [...paths].map((path) => ({
    kind: 'cgroup',
    path,
    every: isLimited(path, answers) ? 'tick' : LOOK_AGAIN_MS,
    maxBytes: FILE_BYTES,
  }))
}

function isLimited(path: string, answers: AnswerBook): boolean {
  if (memoryOf(path, answers).kind === 'known') return true
  return parseDmem(textIn(answers, dmemPart(path, 'dmem.max')) ?? '').size > 0
}

/** The one with the least left of all that limit a process; missing where none does. */
export function cgroupOf(pid: number, answers: AnswerBook): Reading<CgroupMemory> {
  const groups = cgroupPathsOf(pid, answers).map((path) => memoryOf(path, answers))
  const [tightest] = groups.filter(({ kind }) => kind === 'known').toSorted((a, b) => leftIn(a) - leftIn(b))
  const unlimited = groups.find((group) => group.kind === 'missing' && group.reason === 'not-supported')
  return tightest ?? unlimited ?? groups[0] ?? missing('not-yet-known')
}

/** The book without the groups that are gone; a machine starts many containers in a day. */
export function forgetGoneGroups(book: AnswerBook, nowMs: number): AnswerBook {
  return without(book, (name, { renewedAtMs }) => name.startsWith('cgroup/') && nowMs - renewedAtMs > KEEP_MS)
}

/** `/a/b` is limited by itself, by `/a` and, in a container, by what it sees as `/`. */
export function cgroupPathsOf(pid: number, answers: AnswerBook): readonly string[] {
  const text = textOf(answers, `proc/${pid}/cgroup`)
  return remembered(seenIn(answers).paths, text, () => {
    const { path } = parseCgroup(text)
    if (path.kind === 'missing') return []
    const steps = path.value.split('/').filter((step) => step !== '')
    return [...steps.map((_, at) => `/${steps.slice(0, steps.length - at).join('/')}`), '/']
  })
}

function memoryOf(path: string, answers: AnswerBook): Reading<CgroupMemory> {
  return remembered(seenIn(answers).memory, path, () => readMemory(path, answers))
}

function readMemory(path: string, answers: AnswerBook): Reading<CgroupMemory> {
  const names = partNames({ kind: 'cgroup', path })
  const textOfFile = (file: CgroupFile): string | undefined =>
    textIn(answers, names[CGROUP_FILES.indexOf(file)] ?? '')
  if (!names.some((name) => answers.has(name))) return missing('not-yet-known')
  return parseCgroupMemory(path, {
    'memory.max': textOfFile('memory.max'),
    'memory.current': textOfFile('memory.current'),
    'memory.stat': textOfFile('memory.stat'),
    'memory.events': textOfFile('memory.events'),
  })
}

/** What was read of one book: most processes of a machine stand in the same few groups. */
interface Seen {
  readonly paths: Map<string, readonly string[]>
  readonly memory: Map<string, Reading<CgroupMemory>>
}

// what is remembered follows from the book alone
const SEEN = new WeakMap<AnswerBook, Seen>()

function seenIn(answers: AnswerBook): Seen {
  const before = SEEN.get(answers)
  if (before !== undefined) return before
  const seen: Seen = { paths: new Map(), memory: new Map() }
  SEEN.set(answers, seen)
  return seen
}

function remembered<T>(known: Map<string, T>, key: string, read: () => T): T {
  const before = known.get(key)
  if (before !== undefined) return before
  const value = read()
  known.set(key, value)
  return value
}

function leftIn(group: Reading<CgroupMemory>): number {
  if (group.kind === 'missing') return Infinity
  const { limitBytes, heldBytes } = group.value
  return limitBytes - valueOr(heldBytes, 0)
}
