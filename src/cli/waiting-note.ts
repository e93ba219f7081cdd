import { seconds } from '../core/units.ts'
import { hasAnswered } from '../model/answered.ts'
import type { Frame } from '../model/frame.ts'

// most machines have answered by then, and who waits for one line should not wonder yet
const PATIENCE_MS = seconds(3)

/** Says once what a command waits for, when nvidia-smi has not answered for some seconds. */
export function waitingNote(write: (text: string) => void): (frame: Frame) => void {
  let isTold = false
  return (frame) => {
    if (isTold || frame.elapsedMs < PATIENCE_MS || hasAnswered(frame)) return
    isTold = true
    write('llmtop: waiting for nvidia-smi, which takes long to answer\n')
  }
}
