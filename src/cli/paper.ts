import type { Settings } from '../config/settings.ts'
import type { Paper } from '../outputs/plain.ts'
import { terminalColumns, type Environment } from './environment.ts'
import { drawsInAscii } from './locale.ts'

/** What frames are printed on where no screen is drawn. */
export function paperOf(environment: Environment, { ascii }: Pick<Settings, 'ascii'>): Paper {
  return { columns: terminalColumns(environment), ascii: drawsInAscii(ascii, environment.variables) }
}
