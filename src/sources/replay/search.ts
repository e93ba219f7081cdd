import { readFile } from './formats.ts'
import type { LogFile } from './log-file.ts'
import type { Place } from './place.ts'

// a list of processes is renewed every ten seconds: who begins so long before sees it at the moment asked for
const LEAD_MS = 12_000
// less than the documents of one sample
const CLOSE_BYTES = 16 * 1024
const TAIL_BYTES = [64 * 1024, 1024 * 1024, 16 * 1024 * 1024]

/**
 * A place from which reading comes to a moment soon, found by halving: the samples of a file stand in the order of their
 * time. undefined: from the beginning.
 */
export async function placeBefore(file: LogFile, epochMs: number): Promise<Place | undefined> {
  let best: Place | undefined
  let low = 0
  let high = file.sizeBytes
  while (high - low > CLOSE_BYTES) {
    const middle = Math.floor((low + high) / 2)
    const place = await file.placeAfter(middle)
    const found = place && (await firstMoment(file, place))
    if (place === undefined || found === undefined || found > epochMs - LEAD_MS) high = middle
    else {
      best = place
      low = Math.max(middle, place.byte)
    }
  }
  return best
}

/** The time of the last sample; undefined where only reading all of the file would tell. */
export async function lastMoment(file: LogFile): Promise<number | undefined> {
  for (const bytes of TAIL_BYTES) {
    const begin = Math.max(0, file.sizeBytes - bytes)
    const place = await file.placeAfter(begin)
    // one large gzip member can only be read from its beginning
    if (place === undefined || file.sizeBytes - place.byte > bytes) continue
    const last = await newestMoment(file, place)
    if (last !== undefined) return last
    if (begin === 0) return undefined
  }
  return undefined
}

async function firstMoment(file: LogFile, place: Place): Promise<number | undefined> {
  for await (const entry of readFile(file, { kind: 'middle', place })) {
    if (entry.kind === 'sample') return entry.sample.takenAtEpochMs
  }
  return undefined
}

async function newestMoment(file: LogFile, place: Place): Promise<number | undefined> {
  let newest: number | undefined
  for await (const entry of readFile(file, { kind: 'middle', place })) {
    if (entry.kind === 'sample') newest = entry.sample.takenAtEpochMs
  }
  return newest
}
