/** The rules of vLLM that changed over its versions. */
export interface VllmRules {
  /** `--gpu-memory-utilization` when nothing is said. */
  readonly utilization: number
  /** CUDA graphs are estimated and taken from the budget. */
  readonly graphsInBudget: boolean
  /** The printed number of tokens is concurrency × longest request, which is right for windowed models. */
  readonly tokensByConcurrency: boolean
  /** Bytes that the sampler's dummy run needs per sequence and vocabulary entry. */
  readonly samplerBytes: number
}

/**
 * By version; a current one when it is not known.
 * Sources: vLLM docs (0.92 since 0.2x, 0.9 up to 0.16 at least), log of 0.22.1 ("enabled by default since v0.21.0"),
 * and for the sampler the same model before and after 0.17 (docs/estimator.md).
 */
export function vllmRules(version: string | undefined): VllmRules {
  const minor = minorOf(version)
  return {
    utilization: minor < 20 ? 0.9 : 0.92,
    graphsInBudget: minor >= 21,
    tokensByConcurrency: minor >= 21,
    samplerBytes: minor >= 17 ? 15.5 : 39,
  }
}

/** `v0.21.0` → 21; a version that can't be read, and any from 1.0 on, counts as current. */
export function minorOf(version: string | undefined): number {
  const match = /^v?0\.(\d+)/.exec(version ?? '')
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1])
}
