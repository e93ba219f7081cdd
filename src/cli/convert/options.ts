export interface ConvertOptions {
  readonly force?: boolean
  readonly anonymize?: boolean
}
