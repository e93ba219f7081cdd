import { InvalidArgumentError, Option, type Command } from 'commander'
import { readDurationMs } from '../../config/values.ts'
import { readDestination } from '../../model/seek-place.ts'
import type { SeekPlace } from '../../model/session.ts'
import { namedColumns } from '../../parse/nvidia-smi-csv/columns.ts'
import type { LogImports } from '../../sources/replay/log-file.ts'
import type { FailOnOptions, ShowOptions } from '../options.ts'

/** Which part of a log is meant. */
export interface RangeOptions {
  readonly from?: string
  readonly to?: string
}

/** How a part of a log is shown. */
export interface PlayOptions extends RangeOptions {
  readonly every?: number
  readonly loop?: boolean
}

/** What a log without times or names does not say itself. */
export interface ImportOptions {
  readonly start?: number
  readonly interval?: number
  readonly columns?: string
}

/** All of it, as `replay` takes it. */
export interface ReplayRequest extends ShowOptions, FailOnOptions, PlayOptions, ImportOptions {
  readonly speed: number
}

export function withRangeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--from <place>', 'where to begin: 02:10, 2026-11-21T02:10, 10m, 45%').argParser(checkPlace),
    )
    .addOption(new Option('--to <place>', 'where to end, told in the same ways').argParser(checkPlace))
}

export function withPlayOptions(command: Command): Command {
  return withRangeOptions(command)
    .addOption(
      new Option('--every <time>', 'print a frame this often; all samples are judged').argParser(parseEvery),
    )
    .option('--loop', 'on the screen: begin again at the end')
}

export function withImportOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--start <time>', 'when a log without times began: 2026-11-21T02:10').argParser(parseStart),
    )
    .addOption(
      new Option('--interval <time>', 'how far apart the rows of a log without times are').argParser(
        parseEvery,
      ),
    )
    .addOption(
      new Option(
        '--columns <names>',
        "the header of a CSV log without one: 'timestamp,index,memory.used'",
      ).argParser(parseColumns),
    )
}

export function importsOf({ start, interval, columns }: ImportOptions): LogImports {
  return {
    ...(start === undefined ? {} : { startEpochMs: start }),
    ...(interval === undefined ? {} : { intervalMs: interval }),
    ...(columns === undefined ? {} : { columns }),
  }
}

/** The place that the text names on a clock; `+10m` is ten minutes after the beginning. */
export function placeOf(text: string, timeZoneOffsetMinutes: number): SeekPlace {
  const destination = readDestination(text, timeZoneOffsetMinutes)
  if (destination?.kind === 'place') return destination.place
  return { kind: 'offset', ms: Math.max(0, destination?.ms ?? 0) }
}

function checkPlace(text: string): string {
  const destination = readDestination(text, 0)
  if (destination === undefined || (destination.kind === 'by' && destination.ms < 0))
    throw new InvalidArgumentError(
      "give a time such as '02:10' or '2026-11-21T02:10', a time since the beginning such as '10m', or '45%'.",
    )
  return text
}

function parseEvery(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError("give a time such as '10s' or '1m'.")
  return ms
}

function parseColumns(text: string): string {
  if (namedColumns(text) === undefined)
    throw new InvalidArgumentError(
      "give names of 'nvidia-smi --help-query-gpu', such as 'timestamp,memory.used'.",
    )
  return text
}

// logs without a zone are shown by their own digits
function parseStart(text: string): number {
  const destination = readDestination(text, 0)
  if (destination?.kind !== 'place' || destination.place.kind !== 'epoch')
    throw new InvalidArgumentError("give a date and time such as '2026-11-21T02:10'.")
  return destination.place.epochMs
}
