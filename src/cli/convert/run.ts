import { link, lstat, rename, unlink } from 'node:fs/promises'
import { describeFault, type Fault } from '../../core/fault.ts'
import { formatBytes, formatCount } from '../../core/format.ts'
import { printable } from '../../core/text.ts'
import { anonymizer } from '../../outputs/recording/anonymizer.ts'
import { openRecorder } from '../../outputs/recording/recorder.ts'
import { reasonOf } from '../../outputs/recording/recording-file.ts'
import { sampleStream } from '../../outputs/recording/sample-stream.ts'
import { watchSignals } from '../../runtime/signals.ts'
import { openLog, type Log } from '../../sources/replay/log.ts'
import type { ConvertOptions } from './options.ts'
import { EXIT, type Environment } from '../environment.ts'
import { importsOf } from '../replay/options.ts'
import { rangeOf, type PartOfLog } from '../replay/range.ts'
import { verdict } from '../verdict.ts'
import { copyLog, type Copied } from './copy-log.ts'

/** Writes logs as one recording. @returns the exit code */
export async function runConvert(
  environment: Environment,
  from: readonly string[],
  out: string,
  options: ConvertOptions,
): Promise<number> {
  const mayWrite = options.force === true || !(await isThere(out))
  const opened = mayWrite
    ? await openLog(from, importsOf(options))
    : { kind: 'fault' as const, fault: presentFault(out) }
  if (opened.kind === 'fault') return refuse(environment, describeFault(opened.fault))
  const range = await rangeOf(opened.log, await opened.log.span(), options)
  if (range.kind === 'outside') return refuse(environment, range.because)
  return convert(environment, opened.log, range, out, options)
}

function refuse(environment: Environment, because: string): number {
  say(environment, because)
  return EXIT.fault
}

function say({ stderr }: Environment, sentence: string): void {
  stderr.write(`llmtop: ${sentence}\n`)
}

/** Beside its place, and put there when it is whole. */
async function convert(
  environment: Environment,
  log: Log,
  { fromMs, toMs }: PartOfLog,
  out: string,
  { force, anonymize = false }: ConvertOptions,
): Promise<number> {
  const { stderr, version } = environment
  const hiding = anonymize ? anonymizer() : undefined
  const part = partOf(out)
  const facts = { tool: version, anonymized: anonymize, rotation: undefined }
  const recorder = await openRecorder({ ...facts, file: part }, sampleStream())
  const watch = watchSignals((code) => process.exit(code))
  const { signal } = watch
  const copied = await copyLog(log, recorder, { stderr, signal, hiding, fromMs, toMs })
  await recorder.close()
  watch.release()
  const fault =
    faultOf(out, copied) ?? (signal.aborted ? undefined : await putThere(part, out, force === true))
  await unlink(part).catch(() => undefined)
  if (fault !== undefined) say(environment, describeFault(fault))
  if (fault !== undefined || signal.aborted) return watch.exitCode() ?? EXIT.fault
  say(
    environment,
    `${formatCount(copied.samples)} samples in '${printable(out)}', ${formatBytes(copied.sizeBytes)}`,
  )
  const result = { frames: copied.samples, last: undefined, worst: undefined, fault: copied.ending }
  return verdict(environment, result, undefined)
}

/** Where it is written meanwhile: its name says, as that of the whole, whether it is compressed. */
function partOf(out: string): string {
  return `${out}.part-${process.pid}${out.endsWith('.gz') ? '.gz' : ''}`
}

/** Why there is nothing to put in its place, if so. */
function faultOf(out: string, { trouble, ending, samples, passed }: Copied): Fault | undefined {
  if (trouble !== undefined) return notWritten(out, trouble)
  if (samples > 0) return undefined
  if (passed > 0) return notWritten(out, 'there is no sample in that part of the log')
  return ending ?? notWritten(out, 'there is no sample in what was read')
}

async function putThere(part: string, out: string, force: boolean): Promise<Fault | undefined> {
  try {
    // unlike a rename, a link fails where something is; not every file system has them
    const isLinked = !force && (await link(part, out).then(() => true, isNotPresent))
    if (!isLinked) await rename(part, out)
    return undefined
  } catch (error) {
    return isPresent(error) ? presentFault(out) : notWritten(out, reasonOf(error))
  }
}

function isNotPresent(error: unknown): false {
  if (isPresent(error)) throw error
  return false
}

function isPresent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

function presentFault(out: string): Fault {
  return notWritten(out, 'it exists; --force writes over it')
}

function notWritten(out: string, because: string): Fault {
  return { kind: 'not-recorded', file: printable(out), because }
}
