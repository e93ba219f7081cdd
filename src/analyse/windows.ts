import { valueOr, type Reading } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { AttributedWorkload } from './attribute.ts'
import type { ProcessBook } from './processes.ts'
import { EMPTY_WINDOW, extend, type Window } from './window.ts'

/** The recent past of everything that is watched, by key. */
export type WindowBook = ReadonlyMap<string, WatchedWindow>

interface WatchedWindow {
  /** What must stay the same for the past to say anything of the future; another one begins the window anew. */
  readonly circumstances: string
  readonly window: Window
}

// a holder of less than this share of a card may come and go without ending the card's window
const NOTABLE_RATIO = 0.01

export function workloadKey(id: string): string {
  return `workload:${id}`
}

export function gpuKey(uuid: string): string {
  return `gpu:${uuid}`
}

/** The book with one point more for each workload and card that is there; the others are forgotten. */
export function followWindows(
  book: WindowBook,
  workloads: readonly AttributedWorkload[],
  gpus: readonly GpuState[],
  processes: ProcessBook,
  atMs: number,
  windowMs: number,
): WindowBook {
  const identities = new Map(workloads.map((workload) => [workload.id, identityOf(workload, processes)]))
  const next = new Map<string, WatchedWindow>()
  const follow = (key: string, circumstances: string, usedBytes: Reading<number>): void => {
    const before = book.get(key)
    const window = before?.circumstances === circumstances ? before.window : EMPTY_WINDOW
    if (usedBytes.kind === 'missing') next.set(key, { circumstances, window })
    else next.set(key, { circumstances, window: extend(window, { atMs, value: usedBytes.value }, windowMs) })
  }
  for (const { id, memory } of workloads) follow(workloadKey(id), identities.get(id) ?? id, memory.usedBytes)
  for (const gpu of gpus) {
    const notable = notableHolders(gpu, workloads).map(({ id }) => identities.get(id) ?? id)
    const circumstances = [valueOr(gpu.memory.totalBytes, 0), ...notable.sort()].join()
    follow(gpuKey(gpu.uuid), circumstances, gpu.memory.usedBytes)
  }
  return next
}

export function windowOf(book: WindowBook, key: string): Window {
  return book.get(key)?.window ?? EMPTY_WINDOW
}

/** Its processes, in whatever order the driver lists them; a reused pid is another process. */
function identityOf({ pids }: AttributedWorkload, processes: ProcessBook): string {
  return pids
    .map((pid) => `${pid}@${processes.get(pid)?.process.startTicks ?? 'unseen'}`)
    .sort()
    .join()
}

/** Who holds a notable part of the card. */
function notableHolders(
  gpu: GpuState,
  workloads: readonly AttributedWorkload[],
): readonly AttributedWorkload[] {
  const notableBytes = NOTABLE_RATIO * valueOr(gpu.memory.totalBytes, 0)
  return workloads.filter(({ memory }) =>
    memory.perGpu.some(({ uuid, usedBytes }) => uuid === gpu.uuid && valueOr(usedBytes, 0) > notableBytes),
  )
}
