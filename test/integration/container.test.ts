import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { known, valueOr } from '../../src/core/reading.ts'
import type { RawSample } from '../../src/model/sample.ts'
import type { Workload } from '../../src/model/workload.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { run } from '../../src/runtime/run.ts'
import { localSource } from '../../src/sources/local/local.ts'
import { localTransport } from '../../src/transport/local.ts'
import { startContainer, whyNoContainer, type Container } from '../support/container.ts'
import { writeGguf } from '../support/gguf-writer.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

// test/support/fetch-llama-server.sh FOLDER prints the path to put here
const PROGRAM = process.env['LLMTOP_LLAMA_SERVER'] ?? ''
const why = existsSync(PROGRAM) ? whyNoContainer() : 'LLMTOP_LLAMA_SERVER names none'
const title = `a real llama-server in a container${why === undefined ? '' : `: skipped, ${why}`}`

const LIMIT_BYTES = 600 * 1024 ** 2
const CONTEXT_TOKENS = 2048

describe.skipIf(why !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-container-'))
  const inside = join(folder, 'models/tiny-F32.gguf')
  let container: Container
  let workload: Workload | undefined
  let lastSample: RawSample | undefined

  beforeAll(async () => {
    const file = join(folder, 'host.gguf')
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
    const command = [PROGRAM, '-m', inside, '-c', `${CONTEXT_TOKENS}`, '-t', '1', '--host', '0.0.0.0']
    container = startContainer([...command, '--port', '9444'], {
      file,
      inside,
      limitBytes: LIMIT_BYTES,
      logFile: join(folder, 'log'),
    })
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
            workload = frame.workloads.find(({ rootPid }) => valueOr(rootPid, undefined) === container.pid)
            lastSample = sample
          },
          close: () => undefined,
        },
      ],
      rules: RULES,
      signal: AbortSignal.timeout(20_000),
      isEnough: () =>
        workload?.kv.capacityBytes.kind === 'known' &&
        workload.kv.usedTokens.kind === 'known' &&
        workload.cgroup.kind === 'known',
    })
  }, 30_000)

  afterAll(async () => {
    await container.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is a workload with the short id of its container', () => {
    expect(workload?.container).toEqual({ id: container.id, name: undefined })
  })

  test('is asked at the address of the container', () => {
    expect(workload?.kv.usedTokens).toEqual(known(0))
    expect([...(lastSample?.parts.keys() ?? [])].filter((name) => name.startsWith('http/127'))).toEqual([])
  })

  test('has its model read through its own root: nobody else has that file', () => {
    expect(existsSync(inside)).toBe(false)
    expect(workload?.model).toMatchObject({ name: known('tiny-F32.gguf', 'declared') })
    // four layers of keys and values, four heads of 64 numbers of two bytes
    expect(workload?.kv.capacityBytes).toMatchObject({ value: CONTEXT_TOKENS * 4 * 2 * 256 * 2 })
  })

  test('has the limit of its control group', () => {
    expect(workload?.cgroup).toMatchObject({ value: { limitBytes: LIMIT_BYTES, oomKills: known(0) } })
  })
})
