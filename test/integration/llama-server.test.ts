import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { known, valueOr } from '../../src/core/reading.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import type { Workload } from '../../src/model/workload.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { run } from '../../src/runtime/run.ts'
import { localSource } from '../../src/sources/local/local.ts'
import { localTransport } from '../../src/transport/local.ts'
import { writeGguf } from '../support/gguf-writer.ts'
import { startLlamaServer, type RunningServer } from '../support/llama-server.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

// test/support/fetch-llama-server.sh FOLDER prints the path to put here
const PROGRAM = process.env['LLMTOP_LLAMA_SERVER'] ?? ''
const title = existsSync(PROGRAM)
  ? 'a real llama-server without a GPU'
  : 'a real llama-server: skipped, LLMTOP_LLAMA_SERVER names none (test/support/fetch-llama-server.sh fetches it)'

const SLOTS = 2
const CONTEXT_TOKENS = 131_072
const KEY = 'not-to-be-seen-anywhere'

interface Watched {
  readonly frames: readonly Frame[]
  readonly samples: readonly RawSample[]
}

/** Watches this machine as `llmtop` does, until a frame is enough. */
async function watchUntil(isEnough: (frame: Frame) => boolean): Promise<Watched> {
  const frames: Frame[] = []
  const samples: RawSample[] = []
  await run({
    source: localSource({
      host: 'here',
      clock: systemClock(),
      intervalMs: 1000,
      transport: localTransport({ probe: true }),
      nvidiaSmi: '/nonexistent/nvidia-smi',
    }),
    outputs: [
      {
        label: 'test',
        accept: (frame, sample) => {
          frames.push(frame)
          samples.push(sample)
        },
        close: () => undefined,
      },
    ],
    rules: RULES,
    signal: AbortSignal.timeout(15_000),
    isEnough,
  })
  return { frames, samples }
}

describe.skipIf(!existsSync(PROGRAM))(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-llama-'))
  const file = join(folder, 'tiny-F32.gguf')
  let server: RunningServer
  let watched: Watched

  function workloadIn(frame: Frame | undefined): Workload | undefined {
    return frame?.workloads.find(({ rootPid }) => valueOr(rootPid, undefined) === server.pid)
  }

  function usedTokens(frame: Frame): number {
    return valueOr(workloadIn(frame)?.kv.usedTokens ?? known(0), 0)
  }

  beforeAll(async () => {
    writeFileSync(
      file,
      writeGguf(
        tinyLlama({
          layers: 4,
          hiddenSize: 256,
          feedForwardSize: 512,
          heads: 4,
          kvHeads: 4,
          contextLength: CONTEXT_TOKENS,
        }),
      ),
    )
    const args = ['-m', file, '-c', `${CONTEXT_TOKENS}`, '-np', `${SLOTS}`, '--hf-token', KEY]
    server = await startLlamaServer(PROGRAM, args, join(folder, 'server.log'))
    void server.generate(50_000)
    const seen = new Set<number>()
    watched = await watchUntil((frame) => {
      const tokens = usedTokens(frame)
      if (tokens > 0) seen.add(tokens)
      return (
        seen.size >= 3 && valueOr(workloadIn(frame)?.throughput.generatedTokensPerSecond ?? known(0), 0) > 0
      )
    })
  }, 30_000)

  afterAll(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is a workload with its model and its settings', () => {
    expect(workloadIn(watched.frames.at(-1))).toMatchObject({
      engine: 'llama.cpp',
      model: { name: known('tiny-F32.gguf', 'declared'), quantization: known('F32') },
      config: {
        contextTokens: known(CONTEXT_TOKENS, 'declared'),
        parallel: known(SLOTS, 'declared'),
        origins: { contextTokens: 'argv', parallel: 'argv' },
      },
      state: 'serving',
      requests: { running: known(1) },
    })
  })

  test('shows its slots filling while tokens are generated, and how fast', () => {
    const used = watched.frames.map(usedTokens).filter((tokens) => tokens > 0)
    expect(used).toEqual([...used].sort((a, b) => a - b))
    expect(new Set(used).size).toBeGreaterThanOrEqual(3)
    const { generatedTokensPerSecond } = workloadIn(watched.frames.at(-1))?.throughput ?? {}
    expect(valueOr(generatedTokensPerSecond ?? known(0), 0)).toBeGreaterThan(0)
  })

  test('has a KV cache of as many bytes as its own log says', () => {
    const mib = Number(/KV buffer size = +([\d.]+) MiB/.exec(server.log())?.[1])
    const kv = workloadIn(watched.frames.at(-1))?.kv
    expect(mib).toBeGreaterThan(0)
    expect(valueOr(kv?.capacityBytes ?? known(0), 0) / 1024 ** 2).toBe(mib)
    expect(valueOr(kv?.capacityTokens ?? known(0), 0)).toBe(CONTEXT_TOKENS)
  })

  test('is asked at most once in two seconds for a page', () => {
    const asked = new Map<string, number[]>()
    for (const { parts, elapsedMs } of watched.samples) {
      for (const [name, part] of parts) {
        if (!name.startsWith('http/') || part.kind === 'same') continue
        asked.set(name, [...(asked.get(name) ?? []), elapsedMs])
      }
    }
    const gaps = [...asked.values()].flatMap((times) =>
      times.slice(1).map((time, at) => time - (times[at] ?? 0)),
    )
    expect(asked.size).toBeGreaterThanOrEqual(3)
    expect(gaps.every((gap) => gap >= 1800)).toBe(true)
  })

  test('gives away no secret of its command line', () => {
    const everything = JSON.stringify(watched, (_, value: unknown) =>
      value instanceof Map ? ([...value] as unknown[]) : value,
    )
    expect(everything).toContain('--hf-token')
    expect(everything).not.toContain(KEY)
  })
})
