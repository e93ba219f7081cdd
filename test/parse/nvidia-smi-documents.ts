import { readFileSync } from 'node:fs'
import { describeFault } from '../../src/core/fault.ts'
import { parseNvidiaSmi, type ParsedParts } from '../../src/parse/nvidia-smi.ts'
import type { Fault } from '../../src/core/fault.ts'
import type { Gpu, NvidiaSmi } from '../../src/model/snapshot.ts'

/** Two H100: `BUSY` stands before `IDLE` although its minor number is higher. */
export const TWO_GPUS = fixture('two-gpus')
export const BUSY = 'GPU-11111111-aaaa-4bbb-8ccc-0123456789ab'
export const IDLE = 'GPU-00000000-aaaa-4bbb-8ccc-0123456789ab'

/** One of the documents under fixtures/nvidia-smi. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')
}

export function documentOf(text: string, reuse?: ParsedParts): NvidiaSmi {
  const { answer } = parseNvidiaSmi(text, reuse)
  if (answer.kind === 'fault') throw new Error(describeFault(answer.fault))
  return answer.document
}

export function faultOf(text: string): Fault {
  const { answer } = parseNvidiaSmi(text)
  if (answer.kind === 'document') throw new Error('a document was found')
  return answer.fault
}

export function gpuOf(text: string, uuid: string): Gpu {
  const gpu = documentOf(text).gpus.find((candidate) => candidate.uuid === uuid)
  if (gpu === undefined) throw new Error(`${uuid} is not in the document`)
  return gpu
}

export function malformed(where: string, found: string): Fault {
  return { kind: 'malformed', part: 'nvidia-smi', where, found }
}
