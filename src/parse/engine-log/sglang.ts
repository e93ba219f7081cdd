import type { ReportedMemory } from '../../model/reported-memory.ts'
import { countOf, SIZE, sizeBytes } from './size.ts'

type Account = { -readonly [K in keyof ReportedMemory]?: ReportedMemory[K] }

/** What SGLang prints of its memory when it starts, of one rank; undefined where it says nothing. */
export function parseSglangLog(text: string): ReportedMemory | undefined {
  const spoken = text.split('\n').flatMap(readLine)
  // every rank prints the same lines: the first one speaks for all
  const rank = spoken[0]?.rank
  let account: Account = {}
  for (const line of spoken.filter((each) => each.rank === rank)) {
    if (line.begins) account = {}
    for (const [match, read] of line.found) read(account, match)
  }
  return Object.keys(account).length === 0 ? undefined : { engine: 'sglang', devices: [], ...account }
}

/** Whether a line may say something of sizes. */
export function isSglangLine(line: string): boolean {
  return readLine(line).length > 0
}

interface SpokenLine {
  readonly rank: string | undefined
  /** A new start in the same log forgets the one before. */
  readonly begins: boolean
  readonly found: readonly (readonly [RegExpExecArray, Read])[]
}

/** None for a line that says nothing of memory. */
function readLine(line: string): readonly SpokenLine[] {
  const begins = line.includes('Load weight begin')
  const found = LINES.flatMap(([pattern, read]): [RegExpExecArray, Read][] => {
    const match = pattern.exec(line)
    return match === null ? [] : [[match, read]]
  })
  return begins || found.length > 0 ? [{ rank: RANK.exec(line)?.[1], begins, found }] : []
}

const RANK = /^\[[\d-]+ [\d:]+ ((?:DP\d+ )?(?:PP\d+ )?TP\d+)/

type Read = (account: Account, match: RegExpExecArray) => void

const LINES: readonly (readonly [RegExp, Read])[] = [
  [new RegExp(`Load weight end.*mem usage=${SIZE}`), add('weightsBytes')],
  [new RegExp(`KV Cache is allocated\\..*?\\bK size: ${SIZE}`), add('kvBytes')],
  [new RegExp(`KV Cache is allocated\\..*?\\bV size: ${SIZE}`), add('kvBytes')],
  [new RegExp(`KV Cache is allocated\\..*?\\bKV size: ${SIZE}`), add('kvBytes')],
  [new RegExp(`Mamba Cache is allocated.*conv_state size: ${SIZE}`), add('stateBytes')],
  [new RegExp(`Mamba Cache is allocated.*ssm_state size: ${SIZE}`), add('stateBytes')],
  [new RegExp(`Capture .*cuda graph end.*mem usage=${SIZE}`, 'i'), add('cudaGraphBytes')],
  [/KV Cache is allocated\. #tokens: (\d+)/, setTokens('kvTokens')],
  [/full_layer_tokens=(\d+)/, setTokens('kvTokens')],
  [/max_total_num_tokens=(\d+)/, setTokens('kvTokens')],
  [/context_len=(\d+)/, setTokens('contextTokens')],
]

/** Pools of different layers add up, and so do the graphs of a model and its draft. */
function add(key: 'weightsBytes' | 'kvBytes' | 'stateBytes' | 'cudaGraphBytes'): Read {
  return (account, [, number = '', unit = '']) => {
    const bytes = sizeBytes(number, unit)
    if (bytes !== undefined) account[key] = (account[key] ?? 0) + bytes
  }
}

/** A windowed model has a smaller pool for its windows: the larger one counts. */
function setTokens(key: 'kvTokens' | 'contextTokens'): Read {
  return (account, [, text = '']) => {
    const count = countOf(text)
    if (count !== undefined) account[key] = Math.max(count, account[key] ?? 0)
  }
}
