import { execa } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Json } from '../../src/outputs/tree-json.ts'
import { dcgmFleetText, gpuUuid, hostName } from '../support/dcgm-fleet.ts'
import { PROGRAM } from '../support/llmtop.ts'
import { HAS_PROMETHEUS, startPrometheus, type RunningPrometheus } from '../support/prometheus.ts'

if (!HAS_PROMETHEUS)
  console.warn('the suite of a real Prometheus is skipped: prometheus and promtool are not installed')

interface SeenFrame {
  readonly host: string
  readonly gpus: readonly {
    readonly uuid: string
    readonly memory: Readonly<Record<string, number | null>>
  }[]
  readonly risks: readonly { readonly class: string; readonly level: string; readonly gpu: string | null }[]
  readonly faults: readonly { readonly kind: string; readonly message: string }[]
  readonly missing: readonly Json[]
}

async function started(options: Parameters<typeof startPrometheus>[0]): Promise<RunningPrometheus> {
  const prometheus = await startPrometheus(options)
  onTestFinished(() => prometheus.kill())
  return prometheus
}

/** Runs `llmtop fleet` until `isEnough` of the frames so far. */
async function fleetUntil(
  url: string,
  isEnough: (frames: readonly SeenFrame[]) => boolean | Promise<boolean>,
  ...args: readonly string[]
): Promise<readonly SeenFrame[]> {
  const running = execa(process.execPath, [PROGRAM, 'fleet', '--prometheus', url, '--json', ...args], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  })
  const frames: SeenFrame[] = []
  for await (const line of running.iterable()) {
    frames.push(JSON.parse(line) as SeenFrame)
    if (await isEnough(frames)) break
  }
  running.kill('SIGTERM')
  await running
  return frames
}

describe.skipIf(!HAS_PROMETHEUS)('the fleet of a real Prometheus (needs prometheus and promtool)', () => {
  test('of 1,000 GPUs has the ten that leak, and no other, whatever the label that names their host', async () => {
    const leaks = new Set(Array.from({ length: 10 }, (_, at) => `${at * 11}/${at % 8}`))
    const past = dcgmFleetText({ hosts: 125, gpusPerHost: 8, leaks, endEpochMs: Date.now() })
    const { url } = await started({ past })
    const frames = await fleetUntil(url, (seen) => seen.length >= 125, '--interval', '1s')
    expect(new Set(frames.map(({ host }) => host)).size).toBe(125)
    expect(frames.every(({ gpus }) => gpus.length === 8)).toBe(true)
    const alarmed = frames.flatMap(({ host, risks }) => risks.map((risk) => [host, risk.class, risk.gpu]))
    const leaking = [...leaks].map((leak) => {
      const [host = 0, gpu = 0] = leak.split('/').map(Number)
      return [hostName(host), 'cuda-oom', gpuUuid(host, gpu)]
    })
    expect(alarmed.sort()).toEqual(leaking.sort())
  })

  test('stands as it was last seen while Prometheus is away, and goes on when it is back', async () => {
    const past = dcgmFleetText({ hosts: 2, gpusPerHost: 1, leaks: new Set(), endEpochMs: Date.now() })
    const prometheus = await started({ past })
    let phase: 'up' | 'away' | 'back' = 'up'
    const frames = await fleetUntil(
      prometheus.url,
      async (seen) => {
        const latest = seen.at(-1)
        const troubled = latest?.faults.some(({ kind }) => kind === 'query-failed') === true
        if (phase === 'up') {
          phase = 'away'
          await prometheus.kill()
        } else if (phase === 'away' && troubled) {
          phase = 'back'
          await prometheus.start()
        } else if (phase === 'back') return !troubled
        return false
      },
      '--interval',
      '1s',
    )
    const troubled = frames.filter(({ faults }) => faults.length > 0)
    expect(troubled.length).toBeGreaterThan(0)
    for (const { gpus, faults } of troubled) {
      expect(gpus).toHaveLength(1)
      expect(faults.map(({ message }) => message)).toEqual([
        `the Prometheus at '${prometheus.url}/' refuses connections: is it running there?`,
      ])
    }
    expect(frames.at(-1)?.faults).toEqual([])
  })
})
