import type { Workload } from '../model/workload.ts'
import type { AttributedWorkload } from './attribute.ts'

/** A workload as frames show it, with what its numbers were worked out from. */
export type JudgedWorkload = Workload & Pick<AttributedWorkload, 'estimated' | 'toldCeiling'>
