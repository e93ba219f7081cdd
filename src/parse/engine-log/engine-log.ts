import type { ReportedMemory } from '../../model/reported-memory.ts'
import { parseLlamaCppLog } from './llama-cpp.ts'
import { parseSglangLog } from './sglang.ts'
import { parseVllmLog } from './vllm.ts'

/** The sizes in a start-up log of whichever engine wrote it; undefined where there are none. */
export function parseEngineLog(text: string): ReportedMemory | undefined {
  return parseVllmLog(text) ?? parseSglangLog(text) ?? parseLlamaCppLog(text)
}
