import { printable } from '../core/text.ts'
import type { DriverTrouble, Fault } from '../core/fault.ts'

// The texts of nvidia-smi 340 to 550, all printed on stdout; the first that fits decides. Sources: runs of the real
// binaries, and public logs for lost GPUs (their spelling varies: 'GPU1: 0000:34:00.0:', 'GPU0000:02:00.0:').
const TROUBLES: readonly (readonly [RegExp, DriverTrouble])[] = [
  [/libnvidia-ml\.so|NVML Shared Library Not Found/i, 'no-library'],
  [/couldn't communicate with the NVIDIA driver|Driver Not Loaded/i, 'no-driver'],
  [/version mismatch/i, 'version-mismatch'],
  [/insufficient permissions/i, 'no-permission'],
  [/GPU is lost|fallen off the bus/i, 'gpu-lost'],
  [/GPU requires reset/i, 'reset-required'],
  [/blocked by the operating system|in use by another client/i, 'blocked'],
  [/no devices (?:were )?found/i, 'no-devices'],
  [/failed to initialize NVML: timeout/i, 'timeout'],
  [/failed to initialize NVML|^NVIDIA-SMI has failed/i, 'other'],
]

const LOST_GPU =
  /unable to determine the device handle for gpu\s*(?:\d+:\s+)?((?:[\da-f]{4,8}:)?[\da-f]{2}:[\da-f]{2}\.[\da-f]):?\s*(.*)/i

const NO_COMMAND = /nvidia-smi'?: (?:command )?not found|nvidia-smi'?: no such file/i

const LONGEST_LINE = 400
const LONGEST_TEXT = 64 * 1024

/** The faults that lines of text beside a document tell of; lines that tell of none are passed over. */
export function readErrorLines(text: string): readonly Fault[] {
  const lines = text.slice(0, LONGEST_TEXT).split('\n')
  return lines.flatMap((line) => readErrorLine(printable(line.trim().slice(0, LONGEST_LINE))) ?? [])
}

/** What one printable line of nvidia-smi's, or of the shell that should have started it, tells of. */
export function readErrorLine(line: string): Fault | undefined {
  const lost = LOST_GPU.exec(line)
  if (lost !== null) return { kind: 'gpu-unreadable', gpu: lost[1] ?? '', text: lost[2] ?? '' }
  if (NO_COMMAND.test(line)) return { kind: 'command-not-found', command: 'nvidia-smi' }
  const trouble = TROUBLES.find(([pattern]) => pattern.test(line))?.[1]
  return trouble === undefined ? undefined : { kind: 'driver-trouble', trouble, text: line }
}
