/** What is wrong with one thing that was set; `problem` completes the place. */
export interface Issue {
  /** `--theme`, `LLMTOP_THEME`, `/home/ann/.config/llmtop/config.toml:3`. */
  readonly where: string
  readonly problem: string
}
