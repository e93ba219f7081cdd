import type { Fault } from '../core/fault.ts'
import type { FrameFault } from '../model/frame.ts'
import type { Gpu, NvidiaSmi } from '../model/snapshot.ts'
import type { AnswerBook } from './answers.ts'

/** The faults that stand, by what they say, with the time since when. */
export type FaultBook = ReadonlyMap<string, StandingFault>

interface StandingFault {
  readonly fault: Fault
  readonly sinceMs: number
}

// A vanished process or a kernel without pressure files is no fault of the run: those read as missing values instead.
const SPOKEN_PARTS = [
  'ssh',
  'ssh/boot',
  'ssh/clock',
  'nvidia-smi',
  'nvidia-smi-csv',
  'prometheus',
  'nvidia-smi/mode',
  'meminfo',
  'recording/damage',
]

// a log that the user named is missed by its user
const NAMED_LOG = 'engine-log/'

/** What stands in the way at this tick, from the answers and from the GPU document itself. */
export function presentFaults(
  answers: AnswerBook,
  document: NvidiaSmi | undefined,
  hidden: readonly Gpu[],
  others: readonly Fault[],
  nowMs: number,
): readonly StandingFault[] {
  const failing = SPOKEN_PARTS.flatMap((name) => answers.get(name)?.trouble ?? [])
  const named = [...answers].flatMap(([name, { trouble }]) =>
    name.startsWith(NAMED_LOG) ? (trouble ?? []) : [],
  )
  const persistenceOff = (document?.gpus ?? []).filter(
    ({ persistenceMode }) => persistenceMode.kind === 'known' && !persistenceMode.value,
  )
  const found: readonly Fault[] = [
    ...(document?.faults ?? []),
    ...others,
    ...(hidden.length > 0 ? [{ kind: 'pid-namespace', gpus: hidden.length } as const] : []),
    ...(persistenceOff.length > 0 ? [{ kind: 'persistence-off', gpus: persistenceOff.length } as const] : []),
  ]
  return [...failing, ...named, ...found.map((fault) => ({ fault, sinceMs: nowMs }))]
}

/** The book with the faults of this tick: a fault that stood before keeps its beginning, one that is gone is forgotten. */
export function followFaults(book: FaultBook, faults: readonly StandingFault[]): FaultBook {
  return new Map(
    faults.map(({ fault, sinceMs }) => {
      const key = JSON.stringify(fault)
      return [key, { fault, sinceMs: Math.min(sinceMs, book.get(key)?.sinceMs ?? sinceMs) }] as const
    }),
  )
}

export function frameFaults(book: FaultBook, nowMs: number): readonly FrameFault[] {
  return [...book.values()].map(({ fault, sinceMs }) => ({ fault, ageMs: nowMs - sinceMs }))
}
