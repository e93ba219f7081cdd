import type { Loaded } from '../config/load.ts'
import type { Settings } from '../config/settings.ts'
import type { RiskLevel } from '../model/risk.ts'
import type { Session } from '../runtime/session.ts'
import type { Source } from '../sources/source.ts'
import type { ShowOptions } from './options.ts'

/** What is to be shown, and how. */
export interface Show {
  readonly source: Source
  /** What is watched in place of the bare source: on a screen one through which the viewer moves. */
  readonly session?: (onScreen: boolean) => Promise<Session>
  /** Frames are printed no more often than this, in the time of the source. */
  readonly everyMs?: number | undefined
  readonly options: ShowOptions
  readonly loaded: Loaded
  /** Times of the log have no zone: show their digits as they are. */
  readonly zoneless?: boolean
  readonly failOn?: RiskLevel | undefined
  readonly onWarning?: Settings['onWarning']
  /** A file to record to meanwhile. */
  readonly record?: string | undefined
}
