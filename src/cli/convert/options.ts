import type { ImportOptions } from '../replay/options.ts'

export interface ConvertOptions extends ImportOptions {
  readonly force?: boolean
  readonly anonymize?: boolean
}
