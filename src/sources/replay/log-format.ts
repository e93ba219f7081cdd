import { isCsvLog } from '../../parse/nvidia-smi-csv/rows.ts'

/** What a log may be. */
export type LogFormat = 'recording' | 'nvidia-smi' | 'csv'

/** What a file is by its first text; undefined when it is no log. */
export function formatOf(head: string): LogFormat | undefined {
  const begin = head.trimStart()
  if (RECORDING.test(begin)) return 'recording'
  if (head.includes('<nvidia_smi_log') || NVIDIA_SMI_ERRORS.test(begin)) return 'nvidia-smi'
  return isCsvLog(head) ? 'csv' : undefined
}

// a header, or a sample whose header has been cut off: its reader says so
const RECORDING = /^\{.*"(llmtop|parts)"/

// what nvidia-smi prints instead of a document (reference: its own strings, 340 to 550)
const NVIDIA_SMI_ERRORS =
  /^(NVIDIA-SMI (has failed|couldn't find)|Failed to initialize NVML|No devices (were )?found|Unable to determine the device handle)/
