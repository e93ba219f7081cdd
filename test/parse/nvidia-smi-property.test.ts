import { describe, expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { printable } from '../../src/core/text.ts'
import { reduceNvidiaSmi } from '../../src/parse/nvidia-smi-reduce.ts'
import { splitDocuments } from '../../src/parse/nvidia-smi-stream.ts'
import { NO_PARTS, parseNvidiaSmi } from '../../src/parse/nvidia-smi.ts'
import { seededRandom } from '../support/random.ts'
import { HUGE_MUTATIONS, MUTATIONS } from './mutations.ts'
import { fixture, TWO_GPUS } from './nvidia-smi-documents.ts'
import type { ParsedParts } from '../../src/parse/nvidia-smi.ts'

const RUNS_PER_MUTATION = 100
const ORIGINALS = [TWO_GPUS, fixture('mig-with-processes'), fixture('unified-memory'), TWO_GPUS + TWO_GPUS]

describe('a damaged document never invents a GPU, never throws, and never smuggles in a control character', () => {
  test.each(MUTATIONS)('$name', ({ apply }) => {
    const random = seededRandom(20_261_121)
    for (let run = 0; run < RUNS_PER_MUTATION; run += 1) {
      const original = ORIGINALS[run % ORIGINALS.length] ?? TWO_GPUS
      const damaged = keepUuids(original, (text) =>
        apply(random() < 0.2 ? apply(text, random) : text, random),
      )
      check(original, damaged, parseNvidiaSmi(original).parts)
    }
  })

  test.each(HUGE_MUTATIONS)(
    '$name',
    ({ apply }) => {
      check(
        TWO_GPUS,
        apply(TWO_GPUS, () => 0.5),
        NO_PARTS,
      )
    },
    20_000,
  )
})

function check(original: string, damaged: string, reuse: ParsedParts): void {
  const allowed = uuidsIn(original)
  for (const text of [damaged, reduceNvidiaSmi(damaged), ...splitDocuments(damaged)]) {
    const { answer } = parseNvidiaSmi(text, reuse)
    // what is taken from the document before is what would have been read
    expect(answer).toEqual(parseNvidiaSmi(text).answer)
    const gpus = answer.kind === 'document' ? answer.document.gpus : []
    const uuids = gpus.map((gpu) => gpu.uuid)
    expect(uuids.filter((uuid) => !allowed.has(uuid))).toEqual([])
    expect(new Set(uuids).size).toBe(uuids.length)
    expect(stringsIn(answer).filter((string) => string !== printable(string))).toEqual([])
    const faults = answer.kind === 'document' ? answer.document.faults : [answer.fault]
    expect(faults.map(describeFault).filter((sentence) => sentence.length > 1000)).toEqual([])
    // fewer than the driver counts is always said
    if (uuids.length < allowed.size) expect(faults).not.toEqual([])
  }
}

function uuidsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/GPU-[\da-f-]{36}/g))
}

/** Damages everything but the uuids, which stand for themselves in private characters meanwhile. */
function keepUuids(text: string, damage: (text: string) => string): string {
  const uuids = [...uuidsIn(text)]
  const hidden = uuids.reduce((rest, uuid, at) => rest.replaceAll(uuid, mark(at)), text)
  return uuids.reduce((rest, uuid, at) => rest.replaceAll(mark(at), uuid), damage(hidden))
}

function mark(at: number): string {
  return String.fromCharCode(0xe000 + at * 0x100)
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}
