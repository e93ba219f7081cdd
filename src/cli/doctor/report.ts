/** What can be seen from here, what can't, and why. */
export interface DoctorReport {
  readonly schema: 'llmtop.doctor/1'
  readonly version: string
  readonly host: string
  readonly sections: readonly Section[]
}

export interface Section {
  /** `GPUs`, `vllm:4200`. */
  readonly title: string
  readonly checks: readonly Check[]
}

export interface Check {
  /** `nvidia-smi`, `KV cache`. */
  readonly what: string
  /** `yes`: seen; `partly`: something is lacking that may matter; `no`: not to be seen. */
  readonly state: CheckState
  readonly found: string
  /** The one thing to do about it. */
  readonly remedy?: string
}

export type CheckState = 'yes' | 'partly' | 'no'

export function check(what: string, state: CheckState, found: string, remedy?: string): Check {
  return remedy === undefined ? { what, state, found } : { what, state, found, remedy }
}
