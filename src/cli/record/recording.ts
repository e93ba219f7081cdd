import { describeFault, type Fault } from '../../core/fault.ts'
import { formatBytes, formatCount, formatDuration } from '../../core/format.ts'
import { anonymizer, type Anonymizer } from '../../outputs/recording/anonymizer.ts'
import { recordingName } from '../../outputs/recording/file-names.ts'
import { incidentOutput } from '../../outputs/recording/incidents.ts'
import type { Output } from '../../outputs/output.ts'
import { recordingOutput, recordingTo } from '../../outputs/recording/recording.ts'
import type { Environment } from '../environment.ts'
import { incidentLimits, rotationOf, type RecordOptions } from './options.ts'

/** Where `llmtop record` writes to, and what it says about it. */
export interface Recording {
  readonly kind: 'recording'
  readonly output: Output
  /** `recording node7 every 2.0 s to 'FILE'`. */
  begins(host: string, every: string): string
  /** What is to be said just now, if anything: nothing can be written, an incident is being written. */
  news(): string | undefined
  /** What is to be said when there is no such news any more. */
  newsOver(): string
  ended(span: string): string
  /** True when something was to be written, and nothing was. */
  hasFailed(): boolean
}

export type OpenedRecording = Recording | { readonly kind: 'fault'; readonly fault: Fault }

type Surroundings = Pick<Environment, 'version' | 'stdout'>

/** @param host names the file, where none is named */
export async function recordTo(
  environment: Surroundings,
  host: string,
  options: RecordOptions,
): Promise<OpenedRecording> {
  const hiding = options.anonymize === true ? anonymizer() : undefined
  if (options.output === '-') return toStandardOutput(environment, hiding)
  const name = hiding === undefined ? host : 'anonymous'
  if (options.last !== undefined) return ofIncidents(environment, name, options, options.last, hiding)
  return toFile(environment, options.output ?? recordingName(name, Date.now()), options, hiding)
}

function toStandardOutput({ version, stdout }: Surroundings, hiding: Anonymizer | undefined): Recording {
  const output = recordingTo(stdout, { tool: version, anonymizer: hiding })
  return {
    kind: 'recording',
    output,
    begins: (host, every) => `recording ${host} every ${every} to standard output`,
    news: () => undefined,
    newsOver: () => 'recording goes on',
    ended: (span) => `recorded ${span}`,
    hasFailed: () => false,
  }
}

async function toFile(
  { version }: Surroundings,
  file: string,
  options: RecordOptions,
  hiding: Anonymizer | undefined,
): Promise<OpenedRecording> {
  const output = recordingOutput({ tool: version, anonymizer: hiding, rotation: rotationOf(options) })
  await output.start(file)
  const fault = output.state()?.fault
  if (fault !== undefined) return { kind: 'fault', fault }
  return {
    kind: 'recording',
    output,
    begins: (host, every) => `recording ${host} every ${every} to '${file}'`,
    news: () => {
      const present = output.state()?.fault
      return present && describeFault(present)
    },
    newsOver: () => `recording to '${file}' goes on`,
    ended(span) {
      const { samples = 0, lostSamples = 0, sizeBytes = 0 } = output.result() ?? {}
      const lost = lostSamples === 0 ? '' : `; ${formatCount(lostSamples)} samples were lost`
      return `${formatCount(samples)} samples of ${span} in '${file}', ${formatBytes(sizeBytes)}${lost}`
    },
    hasFailed: () => output.result()?.samples === 0,
  }
}

function ofIncidents(
  { version }: Surroundings,
  host: string,
  options: RecordOptions,
  lastMs: number,
  hiding: Anonymizer | undefined,
): Recording {
  const output = incidentOutput({
    file: options.output ?? `llmtop-${host}.ndjson.gz`,
    tool: version,
    anonymizer: hiding,
    lastMs,
    level: options.on,
    ...incidentLimits(options),
  })
  const span = formatDuration(lastMs)
  return {
    kind: 'recording',
    output,
    begins: (watched, every) =>
      `keeping the last ${span} of ${watched} in memory, every ${every}; a ${options.on} or a death writes them to a file`,
    news() {
      const { files, isWriting, cause = '', trouble } = output.state()
      const file = files.at(-1) ?? ''
      if (trouble !== undefined) return `nothing is recorded to '${file}': ${trouble}`
      return isWriting ? `${cause}; the last ${span} and what comes go to '${file}'` : undefined
    },
    newsOver: () => `'${output.state().files.at(-1) ?? ''}' is written`,
    ended() {
      const { files } = output.state()
      return files.length === 0 ? 'nothing happened, so nothing was written' : `written: ${files.join(', ')}`
    },
    hasFailed: () => output.state().trouble !== undefined,
  }
}
