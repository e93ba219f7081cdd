import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseEngineLog } from '../../../src/parse/engine-log/engine-log.ts'
import { logIdentity } from '../../../src/parse/engine-log/identity.ts'
import { logOfRunner } from '../../../src/parse/engine-log/ollama-starts.ts'
import { reduceEngineLog } from '../../../src/parse/engine-log/reduce-engine-log.ts'

const log = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

describe('of the log of an engine is kept', () => {
  test('what says sizes and whose it is, and nothing that passes through the engine', () => {
    const text = log(
      "INFO [api_server.py] non-default args: {'model': 'org/M', 'api_key': ['sk-1']}",
      "(EngineCore_DP0 pid=125) INFO [core.py:109] Initializing a V1 LLM engine (v0.20.0) with config: model='org/M', tokenizer='t'",
      '(EngineCore_DP0 pid=125) INFO [gpu_worker.py:440] Available KV cache memory: 66.93 GiB',
      'INFO [logger.py] Received request cmpl-1: prompt: "my secret, Available KV cache"',
      'slot update_slots: id 0 | task 7 | prompt: tell me',
    )
    expect(reduceEngineLog(text)).toBe(
      log(
        "(EngineCore_DP0 pid=125) Initializing a V1 LLM engine (v0.20.0) with config: model='org/M'",
        '(EngineCore_DP0 pid=125) INFO [gpu_worker.py:440] Available KV cache memory: 66.93 GiB',
      ),
    )
  })

  test('of a line as long as a book no more than whose it is', () => {
    const line = `[2026-01-01 00:00:00] server_args=ServerArgs(model_path='org/M', api_key='k', ${'x'.repeat(5000)}`
    expect(reduceEngineLog(line)).toBe("server_args=ServerArgs(model_path='org/M'\n")
    expect(reduceEngineLog('Available KV cache memory: 1 GiB'.padEnd(9000))).toBe('')
  })

  test('its end, where it says the same all day', () => {
    const text = log(...Array.from({ length: 5000 }, (_, at) => `GPU KV cache size: ${at} tokens`))
    expect(reduceEngineLog(text).split('\n').slice(-2)).toEqual(['GPU KV cache size: 4999 tokens', ''])
    expect(reduceEngineLog(text).length).toBeLessThan(50_000)
  })
})

test.each([
  ["0.00.009 I srv load_model: loading model '/m/a.gguf'", '/m/a.gguf'],
  [
    'llama_model_loader: loaded meta data with 20 key-value pairs and 147 tensors from big (v1).gguf (version GGUF V3 (latest))',
    'big (v1).gguf',
  ],
  ["Initializing an LLM engine (v0.5.0) with config: model='org/M', speculative", 'org/M'],
  ['Initializing a V1 LLM engine (v0.12.0) with config: model="/it\'s/M", a', "/it's/M"],
  ["[2025-01-01] server_args=ServerArgs(model_path='org/M', tokenizer", 'org/M'],
])('a log says whose it is: %s', (line, model) => {
  expect(logIdentity(log(line))).toEqual({ models: [model], pids: [] })
})

test('a log says the pids of the processes that wrote it', () => {
  expect(logIdentity(log('(Worker_TP1 pid=17) x', '(APIServer pid=9) y', 'about pid=3')).pids).toEqual([
    17, 9,
  ])
})

describe('of the log of Ollama', () => {
  const text = log(
    'level=INFO msg="starting runner" cmd="/usr/bin/ollama runner --model /b/1 --port 40001"',
    'load_tensors: CUDA0 model buffer size = 100.00 MiB',
    'level=INFO source=llama_server.go msg="starting llama-server" cmd="llama-server --model /b/2 --port 40002 -c 4096"',
    'load_tensors: CUDA0 model buffer size = 200.00 MiB',
    'level=INFO msg="starting runner" cmd="/usr/bin/ollama runner --model /b/3 --port 40003"',
    'load_tensors: CUDA0 model buffer size = 300.00 MiB',
  )

  test.each([
    [40_001, 100],
    [40_002, 200],
    [40_003, 300],
  ])('the runner on port %d has what stands behind its start', (port, mebibytes) => {
    const [device] = parseEngineLog(logOfRunner(reduceEngineLog(text), port))?.devices ?? []
    expect(device?.weightsBytes).toBe(mebibytes * 1024 ** 2)
  })

  test('nobody else has anything', () => {
    expect(logOfRunner(text, 4000)).toBe('')
  })
})

const FOLDER = join(process.env['LLMTOP_CORPUS'] ?? '', 'truth', 'logs')
const hasLogs = process.env['LLMTOP_CORPUS'] !== undefined && existsSync(FOLDER)

describe.skipIf(!hasLogs)(hasLogs ? 'real logs' : 'real logs: skipped, LLMTOP_CORPUS is not set', () => {
  test.each(hasLogs ? readdirSync(FOLDER) : [])('%s says the same when it is reduced', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8')
    const reduced = reduceEngineLog(text)
    expect(parseEngineLog(reduced)).toEqual(parseEngineLog(text))
    expect(parseEngineLog(text)).not.toEqual(parseEngineLog(''))
    expect(reduceEngineLog(reduced)).toBe(reduced)
    expect(logIdentity(reduced)).toEqual(logIdentity(text))
  })
})
