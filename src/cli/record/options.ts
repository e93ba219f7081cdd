import { InvalidArgumentError, Option, type Command } from 'commander'
import { readDurationMs, readSizeBytes } from '../../config/values.ts'
import { RISK_LEVELS, type RiskLevel } from '../../model/risk.ts'
import type { Keep, Rotation } from '../../outputs/recording/rotation.ts'

/** How `llmtop record` writes, as it was typed. */
export interface RecordOptions {
  /** `-` is standard output. */
  readonly output?: string
  readonly last?: number
  readonly on: RiskLevel
  readonly maxSize?: number
  readonly keep?: Keep
  readonly anonymize?: boolean
}

export function withRecordOptions(command: Command): Command {
  return command
    .option('-o, --output <file>', "where to; '-' is standard output (default: llmtop-HOST-TIME.ndjson.gz)")
    .addOption(
      new Option(
        '--last <time>',
        'keep only so much in memory, and write it when something happens',
      ).argParser(parseLast),
    )
    .addOption(
      new Option('--on <level>', 'what --last is written for; the death of a workload always counts')
        .choices(RISK_LEVELS)
        .default('warn'),
    )
    .addOption(
      new Option('--max-size <size>', "begin a new file when one is larger, such as '100M'").argParser(
        parseSize,
      ),
    )
    .addOption(
      new Option('--keep <count|time>', "how many files to keep ('10'), or for how long ('7d')").argParser(
        parseKeep,
      ),
    )
    .option('--anonymize', 'with other names for hosts, users, folders, cards and containers')
}

const USUAL_MAX_BYTES = 100 * 1024 ** 2
const USUAL_KEEP: Keep = { kind: 'files', count: 10 }
/** A file spans so little of the time for which files are kept that what is deleted is about as old as was said. */
const FILES_PER_AGE = 8

/** undefined where neither was asked for: one file that grows. */
export function rotationOf({ maxSize, keep }: Pick<RecordOptions, 'maxSize' | 'keep'>): Rotation | undefined {
  if (maxSize === undefined && keep === undefined) return undefined
  return {
    maxBytes: maxSize ?? USUAL_MAX_BYTES,
    maxMs: keep?.kind === 'age' ? keep.ms / FILES_PER_AGE : Infinity,
    keep: keep ?? USUAL_KEEP,
  }
}

/** The same of incidents, of which there always are several files. */
export function incidentLimits({ maxSize, keep }: Pick<RecordOptions, 'maxSize' | 'keep'>): {
  readonly maxBytes: number
  readonly keep: Keep
} {
  return { maxBytes: maxSize ?? USUAL_MAX_BYTES, keep: keep ?? USUAL_KEEP }
}

const SHORTEST_LAST_MS = 60_000
const LONGEST_LAST_MS = 86_400_000

function parseLast(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms < SHORTEST_LAST_MS || ms > LONGEST_LAST_MS) {
    throw new InvalidArgumentError("give a time from 1m to 24h, such as '30m'.")
  }
  return ms
}

const SMALLEST_FILE_BYTES = 64 * 1024

function parseSize(text: string): number {
  const bytes = readSizeBytes(text)
  if (bytes === undefined || bytes < SMALLEST_FILE_BYTES) {
    throw new InvalidArgumentError("give a size from 64K on, such as '100M'.")
  }
  return bytes
}

function parseKeep(text: string): Keep {
  const count = /^\d+$/.test(text) ? Number(text) : undefined
  const ms = count === undefined ? readDurationMs(text) : undefined
  if (count !== undefined && count >= 1) return { kind: 'files', count }
  if (ms !== undefined && ms >= SHORTEST_LAST_MS) return { kind: 'age', ms }
  throw new InvalidArgumentError("give a number of files, such as '10', or a time, such as '24h' or '7d'.")
}
