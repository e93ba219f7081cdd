import { printable } from '../../core/text.ts'
import type { ReportedMemory } from '../../model/reported-memory.ts'
import { countOf, SIZE, sizeBytes } from './size.ts'

type Account = { -readonly [K in keyof ReportedMemory]?: ReportedMemory[K] }

/**
 * What vLLM prints of its memory when it starts; undefined where it says nothing. Numbers are those of one rank: of several
 * ranks the largest weights and the smallest pool count, because the smallest pool decides for all.
 */
export function parseVllmLog(text: string): ReportedMemory | undefined {
  let account: Account = {}
  let found = false
  for (const line of text.split('\n')) {
    const start = START.exec(line)
    if (start !== null) account = { version: printable(start[1] ?? '') }
    for (const [pattern, read] of LINES) {
      const match = pattern.exec(line)
      if (match === null) continue
      read(account, match)
      found = true
    }
  }
  return found ? { engine: 'vllm', devices: [], ...account } : undefined
}

/** Whether a line may say something of sizes. */
export function isVllmLine(line: string): boolean {
  return START.test(line) || LINES.some(([pattern]) => pattern.test(line))
}

// a new start in the same log forgets the one before
const START = /Initializing an? (?:V\d )?LLM engine \(v([^)\s]+)\)/

type Read = (account: Account, match: RegExpExecArray) => void

const LINES: readonly (readonly [RegExp, Read])[] = [
  [pattern(`(?:Model loading took|Loading model weights took) ${SIZE}`), most('weightsBytes')],
  [pattern(`model weights take ${SIZE}`), ifUnsaid('weightsBytes')],
  [pattern(`non_torch_memory takes ${SIZE}`), most('nonTorchBytes')],
  [pattern(`activation peak memory takes ${SIZE}`), most('activationBytes')],
  [pattern(`reserved for KV Cache is (?:only )?${SIZE}`), least('kvBytes')],
  [pattern(`Available KV cache memory: ${SIZE}`), least('kvBytes')],
  [pattern(`Estimated CUDA graph memory: ${SIZE}`), most('cudaGraphEstimatedBytes')],
  [pattern(`Graph capturing finished in .*took ${SIZE}`), most('cudaGraphBytes')],
  [pattern(`CUDA graph pool memory: ${SIZE} \\(actual\\)`), most('cudaGraphBytes')],
  [pattern(`CUDA graph pool memory: .* ${SIZE} \\(estimated\\)`), most('cudaGraphEstimatedBytes')],
  [/GPU KV cache size: ([\d,]+) tokens/, leastTokens(1)],
  [/# (?:cuda|GPU) blocks: (\d+)/i, leastTokens(16)],
  [/Maximum concurrency for ([\d,]+) tokens per request: ([\d.]+)x/, readConcurrency],
]

function pattern(source: string): RegExp {
  return new RegExp(source)
}

type SizeKey =
  | 'weightsBytes'
  | 'nonTorchBytes'
  | 'activationBytes'
  | 'kvBytes'
  | 'cudaGraphBytes'
  | 'cudaGraphEstimatedBytes'

function most(key: SizeKey): Read {
  return (account, [, number = '', unit = '']) => {
    const bytes = sizeBytes(number, unit)
    if (bytes !== undefined) account[key] = Math.max(bytes, account[key] ?? bytes)
  }
}

/** The same number with fewer digits than a line before it. */
function ifUnsaid(key: SizeKey): Read {
  return (account, match) => {
    if (account[key] === undefined) most(key)(account, match)
  }
}

function least(key: SizeKey): Read {
  return (account, [, number = '', unit = '']) => {
    const bytes = sizeBytes(number, unit)
    if (bytes !== undefined) account[key] = Math.min(bytes, account[key] ?? bytes)
  }
}

/** Older versions count blocks, which had 16 tokens. */
function leastTokens(perUnit: number): Read {
  return (account, [, text = '']) => {
    const count = countOf(text)
    if (count !== undefined) account.kvTokens = Math.min(perUnit * count, account.kvTokens ?? perUnit * count)
  }
}

function readConcurrency(account: Account, [, tokens = '', concurrency = '']: RegExpExecArray): void {
  const contextTokens = countOf(tokens)
  if (contextTokens !== undefined) account.contextTokens = contextTokens
  account.maxConcurrency = Number(concurrency)
}
