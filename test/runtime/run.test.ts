import { valueOr } from '../../src/core/reading.ts'
import { liveState } from '../../src/model/session.ts'
import { describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import type { Want } from '../../src/model/want.ts'
import type { Output } from '../../src/outputs/output.ts'
import { run, type Run } from '../../src/runtime/run.ts'
import type { Source } from '../../src/sources/source.ts'
import { sampleAt } from '../support/fold.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { growing, machine } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

/** A source of these samples, which may break off with an error of our own. */
function sourceOf(
  samples: readonly RawSample[],
  more: Partial<Source> & { readonly bug?: Error } = {},
): Source {
  const { bug, ...rest } = more
  return {
    origin: { kind: 'replay', label: 'test' },
    // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous by contract
    async *samples(_, signal) {
      for (const sample of samples) {
        if (signal.aborted) return
        yield sample
      }
      if (bug !== undefined) throw bug
    },
    control: () => undefined,
    state: () => liveState(2000),
    ending: () => undefined,
    ...rest,
  }
}

interface Recorder extends Output {
  readonly log: readonly string[]
  readonly frames: readonly Frame[]
}

/** An output that notes what is asked of it. */
function recorder(more: Partial<Output> = {}): Recorder {
  const log: string[] = []
  const frames: Frame[] = []
  return {
    label: 'recorder',
    log,
    frames,
    accept: (frame) => {
      frames.push(frame)
      log.push(`frame ${frame.sequence}`)
    },
    refresh: () => log.push('refresh'),
    close: () => {
      log.push('close')
    },
    ...more,
  }
}

function runWith(request: Partial<Run> & Pick<Run, 'source'>): ReturnType<typeof run> {
  return run({ outputs: [], rules: RULES, signal: new AbortController().signal, ...request })
}

const THREE = [0, 2, 4].map((seconds) => sampleAt(seconds, { 'nvidia-smi': nvidiaSmiXml({ gpus: [{}] }) }))

describe('a run', () => {
  test('gives each frame to each output, closes them, and says how it went', async () => {
    const outputs = [recorder(), recorder()]
    const result = await runWith({ source: sourceOf(THREE), outputs })
    expect(outputs.map(({ log }) => log)).toEqual(
      outputs.map(() => ['frame 0', 'frame 20', 'frame 40', 'close']),
    )
    expect(result).toEqual({ frames: 3, last: outputs[0]?.frames.at(-1), worst: undefined, fault: undefined })
  })

  test('waits for an output before it folds the next sample', async () => {
    const log: string[] = []
    const slow = recorder({
      accept: async ({ sequence }) => {
        log.push(`takes ${sequence}`)
        await new Promise(setImmediate)
        log.push(`has ${sequence}`)
      },
    })
    await runWith({ source: sourceOf(THREE), outputs: [slow] })
    expect(log).toEqual(['takes 0', 'has 0', 'takes 20', 'has 20', 'takes 40', 'has 40'])
  })

  test('ends at the frame that is enough, and lets the source clean up behind it', async () => {
    let cleaned = false
    const source = sourceOf([], {
      // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous by contract
      async *samples() {
        try {
          for (const sample of THREE) yield sample
        } finally {
          cleaned = true
        }
      },
    })
    const result = await runWith({ source, isEnough: ({ sequence }) => sequence === 20 })
    expect([result.frames, result.last?.sequence, cleaned]).toEqual([2, 20, true])
  })

  test('closes its outputs also when a source or an output has a bug', async () => {
    const [before, after] = [recorder(), recorder()]
    await expect(
      runWith({ source: sourceOf(THREE.slice(0, 1), { bug: new Error('ours') }), outputs: [before] }),
    ).rejects.toThrow('ours')
    expect(before.log).toEqual(['frame 0', 'close'])

    const broken = recorder({ accept: () => Promise.reject(new Error('theirs')) })
    await expect(runWith({ source: sourceOf(THREE), outputs: [broken, after] })).rejects.toThrow('theirs')
    expect([broken.log, after.log]).toEqual([['close'], ['close']])
  })

  test('says why its source ended before its end', async () => {
    const fault = { kind: 'torn-tail', file: 'a', because: 'b' } as const
    expect((await runWith({ source: sourceOf(THREE, { ending: () => fault }) })).fault).toEqual(fault)
  })

  test('remembers the worst that was said at any time', async () => {
    const oom = simulate(machine({ durationMs: 480_000, intervalMs: 5000, processes: [growing(5000)] }))
    const gone = sampleAt(
      484,
      { 'nvidia-smi': nvidiaSmiXml({ gpus: [{}] }), processes: '' },
      { sequence: 999 },
    )
    const result = await runWith({ source: sourceOf([...oom, gone]) })
    expect([result.last?.risks, result.worst]).toEqual([[], 'critical'])
  })

  test('keeps a memory and the wants of its own for each host', async () => {
    const asked: (readonly [string, readonly Want[]])[] = []
    const engine = (host: string, pid: number): RawSample => ({
      ...sampleAt(0, {
        'nvidia-smi': nvidiaSmiXml({ gpus: [{ processes: [{ pid, name: 'llama-server', usedMiB: pid }] }] }),
        [`proc/${pid}/stat`]: `${pid} (llama-server) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 9 0 256 0\n`,
        [`proc/${pid}/cmdline`]: `llama-server\0--port\0${pid}\0`,
        [`sockets/${pid}`]: `network same\n127.0.0.1 ${pid} own\n`,
      }),
      host,
    })
    const source = sourceOf([], {
      // eslint-disable-next-line @typescript-eslint/require-await -- a source is asynchronous by contract
      async *samples(wantsOf) {
        for (const sample of [engine('a', 8001), engine('b', 8002)]) {
          yield sample
          asked.push([sample.host, wantsOf(sample.host)])
        }
      },
    })
    const output = recorder()
    await runWith({ source, outputs: [output] })
    expect(
      output.frames.map(({ host, workloads }) => [host, workloads.map(({ rootPid }) => valueOr(rootPid, 0))]),
    ).toEqual([
      ['a', [8001]],
      ['b', [8002]],
    ])
    const ports = asked.map(([host, wants]) => [
      host,
      new Set(wants.flatMap((want) => (want.kind === 'http' ? [want.port] : []))),
    ])
    expect(ports).toEqual([
      ['a', new Set([8001])],
      ['b', new Set([8002])],
    ])
  })

  test('on a screen stays at the last frame until the user has had enough', async () => {
    const ending = new AbortController()
    const output = recorder()
    const ended = runWith({
      source: sourceOf(THREE),
      outputs: [output],
      stayOpen: true,
      signal: ending.signal,
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(output.log.slice(-2)).toEqual(['frame 40', 'refresh'])
    ending.abort()
    await ended
    expect(output.log.at(-1)).toBe('close')
  })

  test('does not stay where there was nothing to show', async () => {
    expect((await runWith({ source: sourceOf([]), stayOpen: true })).frames).toBe(0)
  })
})
