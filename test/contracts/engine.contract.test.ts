import { describe, expect, test } from 'vitest'
import { known } from '../../src/core/reading.ts'
import { printable } from '../../src/core/text.ts'
import { claimFor, engineOf, ENGINES } from '../../src/engines/index.ts'
import type { Answers, Claim, Engine, EngineAnswer, EngineReport } from '../../src/engines/engine.ts'
import { partNames } from '../../src/model/want.ts'
import type { EngineId } from '../../src/model/workload.ts'
import { family } from '../support/host-process.ts'
import { seededRandom } from '../support/random.ts'

// What holds for every engine. The type of this table demands a line for a new one: a plain start of it.
const PLAIN: Readonly<Record<EngineId, string>> = {
  vllm: 'python3 /venv/bin/vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384',
  sglang: 'python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --port 30000',
  'llama.cpp': '/opt/llama.cpp/llama-server -m /models/a.gguf -c 8192 -ngl 99',
  ollama: '/usr/local/bin/ollama runner --model /models/blobs/sha256-0123 --port 41234',
  tgi: 'text-generation-launcher --model-id mistralai/Mistral-7B-v0.3',
  'tensorrt-llm': 'trtllm-serve meta-llama/Llama-3.1-8B-Instruct',
  lmdeploy: 'lmdeploy serve api_server internlm/internlm2_5-7b-chat',
  exllama: 'python3 /srv/tabbyAPI/main.py',
  koboldcpp: './koboldcpp-linux-x64 --model /models/a.gguf',
  lmstudio: '/opt/lm-studio/lm-studio --no-sandbox',
  'text-generation-webui': 'python3 /srv/text-generation-webui/server.py --model a',
  transformers: 'transformers serve --force-model Qwen/Qwen3-14B',
  pytorch: 'python3 train.py --epochs 3',
  unknown: './job --fast',
}

// A start that states the context, 8192 tokens, in the engine's own words; undefined for what has no such flag of its own.
const WITH_CONTEXT: Readonly<Record<EngineId, string | undefined>> = {
  vllm: 'vllm serve Qwen/Qwen3-8B --max-model-len=8192',
  sglang: 'python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --context-length 8192',
  'llama.cpp': 'llama-server -m /models/Qwen3-8B-Q4_K_M.gguf -c 8192',
  ollama: 'ollama runner --model /models/blobs/sha256-0123 --ctx-size 8192 --parallel 1 --port 41234',
  tgi: 'text-generation-launcher --model-id Qwen/Qwen3-8B --max-total-tokens 8192',
  'tensorrt-llm': 'trtllm-serve Qwen/Qwen3-8B --max_seq_len 8192',
  lmdeploy: 'lmdeploy serve api_server Qwen/Qwen3-8B --session-len 8192',
  exllama: 'python3 /srv/tabbyAPI/main.py --model-name Qwen3-8B --max-seq-len 8192',
  koboldcpp: './koboldcpp-linux-x64 --model /models/Qwen3-8B-Q4_K_M.gguf --contextsize 8192',
  lmstudio: undefined,
  'text-generation-webui':
    'python3 /srv/text-generation-webui/server.py --model Qwen3-8B --loader ExLlamav3 --n_ctx 8192',
  transformers: undefined,
  pytorch: undefined,
  unknown: undefined,
}

const HOSTILE_COMMANDS: readonly (readonly string[])[] = [
  [],
  [''],
  ['', '', ''],
  ['python3'],
  ['python3', '-m'],
  ['python3', '-m', ''],
  ['/'],
  ['.'],
  ['--'],
  ['='],
  ['__proto__', 'constructor', 'toString'],
  ['\u001b[2J\u0000\u202e'],
  ['a'.repeat(1_000_000)],
  [' '.repeat(100_000)],
  Array.from({ length: 100_000 }, () => '-u'),
  ['python3', ...Array.from({ length: 100_000 }, () => '--')],
  Array.from({ length: 10_000 }, () => 'env'),
  Array.from({ length: 1000 }, () => ['uv', 'run']).flat(),
]

const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' \n\r\n',
  '{',
  '[]',
  'null',
  '"text"',
  '-1e999',
  '{"data":null,"models":[null],"slots":[[]],"error":{}}',
  '{"__proto__":{"id":"x"},"constructor":1,"data":[{"id":{}}]}',
  '['.repeat(20_000),
  `{"model":"\u001b]0;owned\u0007","model_path":"\u202egnp","max_model_len":1e308,"n_ctx":-5}`,
  'vllm:num_requests_running{model_name="a"} NaN\nvllm:kv_cache_usage_perc +Inf\nsglang:token_usage -1\n',
  '# TYPE a gauge\na{b="\\\\"} 1 2 3\n{} \n',
  '<html><body>502 Bad Gateway</body></html>',
  'x'.repeat(200_000),
]

/** Plain command lines with words left out, doubled, swapped and cut. */
function mutated(count: number): readonly (readonly string[])[] {
  const random = seededRandom(11)
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  const lines = Object.values(PLAIN)
  return Array.from({ length: count }, () => {
    const words = (pick(lines) ?? '').split(' ')
    const other = (pick(lines) ?? '').split(' ')
    const at = Math.floor(random() * (words.length + 1))
    const change = Math.floor(random() * 4)
    if (change === 0) return words.toSpliced(at, 1)
    if (change === 1) return words.toSpliced(at, 0, ...other)
    if (change === 2) return words.toSpliced(at, 1, (words[at] ?? '').slice(1))
    return words.toReversed()
  })
}

describe.each(ENGINES.map((engine) => [engine.id, engine] as const))('the engine %s', (id, engine) => {
  test('is found by its id, which no other has', () => {
    expect(engineOf(id)).toBe(engine)
    expect(ENGINES.filter((other) => other.id === id)).toHaveLength(1)
  })

  test('claims its own plain start, as itself', () => {
    const claim = claimFor(family(PLAIN[id], 'bash', 'systemd'))
    expect([claim?.engine, claim?.root.pid]).toEqual([id, 4242])
  })

  test('throws on no command line, and claims only members of the family, in its own name', () => {
    for (const command of [...HOSTILE_COMMANDS, ...mutated(300)]) {
      const [process] = family('x')
      const members = process === undefined ? [] : [{ ...process, command }, ...family(PLAIN[id])]
      const claim = engine.claim(members)
      if (claim !== undefined) {
        expect([claim.engine, members.includes(claim.root)]).toEqual([id, true])
        expect(problems(engine.report(claim, new Map()))).toEqual([])
      }
    }
    expect(engine.claim([])).toBeUndefined()
  })

  test('knows nothing that nobody said: without answers no memory, no requests, no tokens', () => {
    const report = engine.report(claimOn(engine), new Map())
    const { usedBytes, usedTokens, usedRatio } = report.kv
    const { running, waiting, preemptions } = report.requests
    for (const reading of [usedBytes, usedTokens, usedRatio, running, waiting, preemptions, report.counted])
      expect(reading.kind).toBe('missing')
    expect(problems(report)).toEqual([])
  })

  test('throws on no answer, whatever stands in it, and keeps its numbers finite and its texts printable', () => {
    const claim = claimOn(engine)
    for (const text of HOSTILE_TEXTS) {
      for (const part of [
        { kind: 'text', text, status: 200 },
        { kind: 'bytes', base64: Buffer.from(text).toString('base64'), sizeBytes: 7 },
      ] as const) {
        const answers = answered(engine, claim, { part, renewedAtMs: 1000, trouble: undefined })
        expect(problems(engine.report(claim, answers))).toEqual([])
      }
    }
  })

  test('asks bounded questions', () => {
    const claim = claimOn(engine)
    for (const want of engine.wants(claim, new Map())) {
      expect(want.maxBytes).toBeGreaterThan(0)
      expect(want.maxBytes).toBeLessThanOrEqual(32 * 1024 * 1024)
      expect(partNames(want).join()).toBe(printable(partNames(want).join()))
    }
  })
})

test.each(Object.entries(WITH_CONTEXT).flatMap(([id, line]) => (line === undefined ? [] : [[id, line]])))(
  'the engine %s reads its own word for the context, and says where it stood: %s',
  (id, line) => {
    const claim = claimFor(family(line))
    if (claim === undefined) throw new Error(`nobody claims '${line}'`)
    const { config } = engineOf(claim.engine).report(claim, new Map())
    expect([claim.engine, config.contextTokens, config.origins.contextTokens]).toEqual([
      id,
      known(8192, 'declared'),
      'argv',
    ])
  },
)

test('who is of no engine is claimed last, and by itself', () => {
  expect(ENGINES.at(-1)?.id).toBe('unknown')
  expect(claimFor(family('./job', './job', 'bash'))?.root.pid).toBe(4242)
})

function claimOn(engine: Engine): Claim {
  const claim = engine.claim(family(PLAIN[engine.id]))
  if (claim === undefined) throw new Error(`${engine.id} does not claim '${PLAIN[engine.id]}'`)
  return claim
}

/** The same answer to everything that is asked, also to what the answers make it ask. */
function answered(engine: Engine, claim: Claim, answer: EngineAnswer): Answers {
  let answers: Answers = new Map()
  for (let round = 0; round < 4; round++) {
    const names = engine.wants(claim, answers).flatMap(partNames)
    answers = new Map([...answers, ...names.map((name) => [name, answer] as const)])
  }
  return answers
}

/** Numbers that are none, and texts that are not safe to print. */
function problems(report: EngineReport): readonly string[] {
  return leaves(report).flatMap(([path, value]) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return [`${path} is ${value}`]
    if (typeof value === 'string' && value !== printable(value)) return [`${path} is not printable`]
    return value === undefined || value === null ? [`${path} is ${String(value)}`] : []
  })
}

function leaves(value: unknown, path = 'report'): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].flatMap(([key, item]) => leaves(item, `${path}.${String(key)}`))
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([key, item]) => leaves(item, `${path}.${key}`))
}
