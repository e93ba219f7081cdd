import { formatDuration } from '../core/format.ts'
import { seconds } from '../core/units.ts'
import { hasAnswered, LONGEST_ANSWER_MS } from '../model/answered.ts'
import type { Frame } from '../model/frame.ts'
import { isGone } from './wording.ts'

/** What is said where no GPU is shown: why, and what helps. */
export interface NoGpu {
  readonly why: string
  readonly hint: string
}

export function noGpu(frame: Frame): NoGpu {
  const { source, faults, gpuSample, host } = frame
  if (isGone(frame.link) && faults.length === 0)
    return { why: `no GPU to show: ${host} has not answered yet`, hint: DEMO }
  if (!hasAnswered(frame)) return awaited(frame)
  if (faults.length > 0 || gpuSample.kind === 'missing') return { why: 'no GPU to show', hint: DEMO }
  const teller = source.kind === 'prometheus' ? 'Prometheus knows of none there' : 'nvidia-smi reports none'
  return { why: `no GPU to show: ${teller}`, hint: DEMO }
}

/** Whether there may be GPUs which can't be seen: a machine without nvidia-smi has none to look for. */
export function areGpusUnseen({ gpus, faults }: Frame): boolean {
  return gpus.length === 0 && !faults.some(({ fault }) => fault.kind === 'command-not-found')
}

const DEMO = "to see what llmtop shows of GPUs, try 'llmtop demo'"
const SLOW = 'it takes a few seconds where persistence mode is off: cards are woken first'

function awaited({ elapsedMs, source, host }: Frame): NoGpu {
  const where = source.kind === 'local' ? '' : ` on ${host}`
  const since = elapsedMs < seconds(1) ? '' : `, ${formatDuration(elapsedMs)} so far`
  return {
    why: `waiting for nvidia-smi${where}${since}`,
    hint: elapsedMs < LONGEST_ANSWER_MS ? SLOW : `try 'nvidia-smi'${where} by hand: does it answer there?`,
  }
}
