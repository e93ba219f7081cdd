export interface ScoreOptions {
  readonly json?: boolean
}
