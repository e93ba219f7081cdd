import { isReached, type RawSample } from '../model/sample.ts'
import type { Gpu } from '../model/snapshot.ts'
import { CSV_PART, parseNvidiaSmiCsv } from '../parse/nvidia-smi-csv/document.ts'
import { NO_PARTS, parseNvidiaSmi } from '../parse/nvidia-smi.ts'
import { parseProcessList, type ListedProcess } from '../parse/process-list.ts'
import { parseUsers } from '../parse/users.ts'
import { enter, forgetGone, textOf, troubleSince, type AnswerBook } from './answers.ts'
import { forgetGoneGroups } from './cgroups.ts'
import { withContainerNames } from './container-names.ts'
import { followGoneGpus } from './gone-gpus.ts'
import type { GpuDocument, Memory, PreviousSample } from './memory.ts'
import { followProcesses } from './processes.ts'

// A process that was not renewed for this long is gone; the list of a RAM node is renewed every ten seconds.
const KEEP_PROCESS_MS = 30_000
const KEEP_DEPARTURE_MS = 60_000

/** The memory after reading one sample: answers, the GPU document, processes. No judgement yet. */
export function observe(memory: Memory, sample: RawSample): Memory {
  const { answers, gpuDocument } = followDocument(memory, enter(memory.answers, sample), sample)
  const users = sample.parts.has('users') ? parseUsers(textOf(answers, 'users')) : memory.users
  const { takenAtEpochMs, elapsedMs, intervalMs } = sample
  const reached = isReached(sample)
  // of a host that can't be asked nobody knows what is gone
  const keepMs = reached ? Math.max(KEEP_PROCESS_MS, memory.rules.gapIntervals * intervalMs) : Infinity
  const followed = followProcesses(memory.processes, sample, users, keepMs)
  const processes = withContainerNames(followed, answers)
  return {
    ...memory,
    previous: { takenAtEpochMs, elapsedMs, intervalMs, ...lastReached(memory.previous, reached) },
    answers: forgetGoneGroups(
      forgetGone(answers, (pid) => processes.has(pid)),
      elapsedMs,
    ),
    gpuDocument,
    users,
    processes,
    processList: sample.parts.has('processes')
      ? largestFirst(parseProcessList(textOf(answers, 'processes')))
      : memory.processList,
    goneGpus: followGone(memory, gpuDocument),
    departures: followDepartures(memory, gpuDocument, sample.elapsedMs),
  }
}

/** A host that was never reached has nothing that a gap could break. */
function lastReached(
  previous: PreviousSample | undefined,
  reached: boolean,
): Pick<PreviousSample, 'reachedAtMs'> {
  if (reached || previous === undefined) return {}
  return { reachedAtMs: previous.reachedAtMs ?? previous.elapsedMs }
}

function largestFirst(list: readonly ListedProcess[]): readonly ListedProcess[] {
  return list.toSorted((a, b) => b.residentBytes - a.residentBytes)
}

/** A renewed document is parsed; what turns out not to be one becomes trouble, and the document before it stands. */
function followDocument(
  memory: Memory,
  answers: AnswerBook,
  sample: RawSample,
): Pick<Memory, 'answers' | 'gpuDocument'> {
  const name = sample.parts.has(CSV_PART) ? CSV_PART : 'nvidia-smi'
  const part = sample.parts.get(name)
  const answer = answers.get(name)
  if (part?.kind !== 'text' || answer === undefined) return { answers, gpuDocument: memory.gpuDocument }
  const parsed =
    name === CSV_PART
      ? { answer: parseNvidiaSmiCsv(part.text), parts: NO_PARTS }
      : parseNvidiaSmi(part.text, memory.gpuDocument?.parts)
  if (parsed.answer.kind === 'fault') {
    const { fault } = parsed.answer
    const sinceMs = troubleSince(memory.answers.get(name), fault, sample.elapsedMs)
    const troubled = { ...answer, trouble: { fault, sinceMs } }
    return { answers: new Map(answers).set(name, troubled), gpuDocument: memory.gpuDocument }
  }
  const gpuDocument: GpuDocument = {
    document: parsed.answer.document,
    parts: parsed.parts,
    arrivedAtMs: answer.renewedAtMs,
    tookMs: part.tookMs,
  }
  return { answers, gpuDocument }
}

function followGone({ goneGpus, gpuDocument }: Memory, next: GpuDocument | undefined): Memory['goneGpus'] {
  return next === undefined || next === gpuDocument
    ? goneGpus
    : followGoneGpus(goneGpus, gpuDocument?.document, next.document)
}

/** Remembers for a minute that a process left a card: its memory may take that long to come back. */
function followDepartures(
  memory: Memory,
  next: GpuDocument | undefined,
  nowMs: number,
): Memory['departures'] {
  const departures = new Map([...memory.departures].filter(([, atMs]) => nowMs - atMs <= KEEP_DEPARTURE_MS))
  if (next === undefined || next === memory.gpuDocument) return departures
  const before = new Map(memory.gpuDocument?.document.gpus.map((gpu) => [gpu.uuid, pidsOf(gpu)]))
  for (const gpu of next.document.gpus) {
    const pids = pidsOf(gpu)
    const gone = [...(before.get(gpu.uuid) ?? [])].some((pid) => !pids.has(pid))
    if (gone) departures.set(gpu.uuid, nowMs)
  }
  return departures
}

function pidsOf(gpu: Gpu): ReadonlySet<number> {
  return new Set(gpu.processes.kind === 'known' ? gpu.processes.value.map(({ pid }) => pid) : [])
}
