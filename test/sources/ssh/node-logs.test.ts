import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/runtime/clock.ts'
import { errands } from '../../../src/sources/local/errands.ts'
import { nodeLogs } from '../../../src/sources/ssh/node-logs.ts'
import { nodeHere } from '../../support/node-here.ts'
import type { Part } from '../../../src/model/sample.ts'

const LINE = 'INFO 11-21 12:00:00 Available KV cache memory: 12.34 GiB\n'

test(
  'a named log of a node is read, reduced, and looked at again ever more seldom',
  { timeout: 20_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmtop-node-logs-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true })
    })
    const [log, gone] = [join(folder, 'vllm.log'), join(folder, 'gone.log')]
    writeFileSync(log, `who asked what\n${LINE}`)
    const { ask } = await nodeHere({})
    const pending = errands(systemClock(), new AbortController().signal)
    const logs = nodeLogs(ask, [log, gone], pending)
    const readAt = async (elapsedMs: number): Promise<ReadonlyMap<string, Part>> => {
      logs.tick(elapsedMs)
      await pending.settle(5000)
      return pending.take(elapsedMs)
    }
    const first = await readAt(0)
    expect(first.get(`engine-log/${log}`)).toEqual({ kind: 'text', text: LINE })
    expect(first.get(`engine-log/${gone}`)).toEqual({
      kind: 'fault',
      fault: { kind: 'not-found', what: `'${gone}'` },
    })
    appendFileSync(log, LINE)
    expect([...(await readAt(9000)).keys()]).toEqual([])
    expect((await readAt(10_000)).get(`engine-log/${log}`)).toMatchObject({ kind: 'text', text: LINE + LINE })
    expect([...(await readAt(29_000)).keys()]).toEqual([])
    expect((await readAt(30_000)).size).toBe(2)
  },
)
