import { identityMark } from './identity.ts'
import { isLlamaCppLine } from './llama-cpp.ts'
import { isOllamaStart } from './ollama-starts.ts'
import { isSglangLine } from './sglang.ts'
import { isVllmLine } from './vllm.ts'

/**
 * The lines of an engine's log from which sizes are read, and those that say whose log it is: nothing that anybody asked
 * the engine, and none of its keys. A log that was reduced comes out as it went in.
 */
export function reduceEngineLog(text: string): string {
  const kept: string[] = []
  for (const line of text.split(/\r?\n/)) {
    const keep = keptOf(line)
    if (keep !== undefined) kept.push(keep)
  }
  // a server that loads models all day says everything again each time, and the last time counts
  return kept
    .slice(-MOST_LINES)
    .map((line) => `${line}\n`)
    .join('')
}

const MOST_LINES = 1000
const MOST_CHARACTERS = 500

function keptOf(line: string): string | undefined {
  if (line.length > MOST_CHARACTERS) return identityMark(line.slice(0, 4 * MOST_CHARACTERS))
  const mark = identityMark(line)
  if (mark !== undefined) return prefixOf(line) + mark
  const says = isLlamaCppLine(line) || isVllmLine(line) || isSglangLine(line) || isOllamaStart(line)
  return says ? line : undefined
}

/** Who of an engine's processes wrote the line. */
function prefixOf(line: string): string {
  return /^\([A-Za-z]\S* pid=\d+\) /.exec(line)?.[0] ?? ''
}
