/**
 * What llmtop keeps of an engine's metrics page: the gauges and counters of the engine itself, one tenth of the page.
 * Histograms, the interpreter's own metrics and comments go; so does a label that vLLM once filled with megabytes.
 */
export function reduceMetrics(text: string): string {
  const lines = text.split('\n')
  // without its end the last line may be a torn number; a reduced page ends in one
  lines.pop()
  return lines
    .filter((line) => OF_ENGINE.test(line) && !OF_HISTOGRAM.test(line) && line.length <= MOST_CHARACTERS)
    .map((line) => `${line}\n`)
    .join('')
}

const OF_ENGINE = /^(?:vllm:|sglang:|tgi_|lmdeploy:|trtllm_|nv_trt_llm_)/
const OF_HISTOGRAM = /^[\w:]+_(?:bucket|created|sum|count)[ {]/
const MOST_CHARACTERS = 8192
