import type { ImportOptions, RangeOptions } from '../replay/options.ts'

export interface ConvertOptions extends ImportOptions, RangeOptions {
  readonly force?: boolean
  readonly anonymize?: boolean
}
