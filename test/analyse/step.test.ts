import { describe, expect, test } from 'vitest'
import { step } from '../../src/analyse/step.ts'
import { printable } from '../../src/core/text.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { RiskClass } from '../../src/model/risk.ts'
import { partNames } from '../../src/model/want.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { deepFreeze } from '../support/deep-freeze.ts'
import { DEMO, DEMO_OOM_SECONDS } from '../support/demo-scenario.ts'
import { frames, lastFrame, steps } from '../support/fold.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, running } from '../support/scenarios.ts'
import { simulate, type SimulatedProcess } from '../support/simulate.ts'

/** Each change of what is said, with the second at which it was said first. */
function said(shown: readonly Frame[], only?: RiskClass): readonly string[] {
  const lines = shown.map(({ elapsedMs, risks }) => ({
    seconds: elapsedMs / 1000,
    text: risks
      .filter((risk) => only === undefined || risk.class === only)
      .map(({ class: kind, level, workload }) => `${kind} ${level} ${workload ?? ''}`)
      .join(),
  }))
  return lines
    .filter(({ text }, at) => text !== (lines[at - 1]?.text ?? ''))
    .map(({ seconds, text }) => `${seconds} s: ${text}`)
}

function etaAt(shown: readonly Frame[], seconds: number): number | undefined {
  return shown
    .find(({ elapsedMs }) => elapsedMs >= seconds * 1000)
    ?.risks.find(({ class: kind }) => kind === 'cuda-oom')?.eta?.seconds
}

describe('the demo', () => {
  const shown = frames(simulate(DEMO))

  test('warns of CUDA out of memory on the right card long before it comes, worse and worse, and stops when it came', () => {
    const risks = shown.flatMap((frame) => frame.risks)
    expect(new Set(risks.map(({ id }) => id))).toEqual(
      new Set(['over-ceiling:transformers:9120', 'cuda-oom:transformers:9120']),
    )
    expect(new Set(risks.map(({ gpu }) => gpu))).toEqual(
      new Set(['GPU-00000000-0000-4000-8000-000000000001']),
    )
    const story = said(shown, 'cuda-oom')
    expect(story.map((line) => line.replace(/^\d+ s: /, ''))).toEqual([
      'cuda-oom warn transformers:9120',
      'cuda-oom critical transformers:9120',
      '',
    ])
    const [first = '', critical = '', over = ''] = story
    expect(DEMO_OOM_SECONDS - parseInt(first)).toBeGreaterThan(300)
    expect(DEMO_OOM_SECONDS - parseInt(critical)).toBeGreaterThan(240)
    // the process is off the card at once, and off the list of all processes with its next renewal
    expect(parseInt(over) - DEMO_OOM_SECONDS).toBeLessThanOrEqual(10)
  })

  test.each([1 / 2, 3 / 4])('knows at %d of the time how much is left, within 35 %%', (share) => {
    const leftSeconds = DEMO_OOM_SECONDS * (1 - share)
    const eta = etaAt(shown, DEMO_OOM_SECONDS * share) ?? 0
    expect(Math.abs(eta - leftSeconds) / leftSeconds).toBeLessThan(0.35)
  })
})

describe('the fold', () => {
  test('raises watch, warn and critical in this order while a card fills slowly', () => {
    const story = said(
      frames(simulate(machine({ durationMs: 1_500_000, intervalMs: 5000, processes: [growing(2048)] }))),
      'cuda-oom',
    )
    expect(story.map((line) => line.split(' ')[3])).toEqual(['watch', 'warn', 'critical'])
  })

  test('says nothing at all of a pool that is flat by design and a desktop that breathes', () => {
    expect(said(frames(simulate(FLAT_POOL_AND_DESKTOP)))).toEqual([])
  })

  test.each([
    ['with more left than it took, after three minutes', 240, 180, 600],
    ['with less left than it took, after a quarter of an hour', 420, 900, 1200],
  ])('takes a warning back when the growth has ended %s', (_, until, atLeast, atMost) => {
    const server = growing(4096)
    const stopping = { ...server, gpuMiBAt: (s: number) => server.gpuMiBAt(Math.min(s, until)) }
    const story = said(
      frames(simulate(machine({ durationMs: 2_000_000, processes: [stopping] }))),
      'cuda-oom',
    )
    expect(story.length).toBeGreaterThan(1)
    const over = parseInt(story.at(-1) ?? '')
    expect(story.at(-1)).toBe(`${over} s: `)
    // the window must see it first, then that much time passes
    expect(over - until).toBeGreaterThan(atLeast)
    expect(over - until).toBeLessThan(atMost)
  })

  test('is pure: the same memory and sample give the same step, and neither is changed', () => {
    const samples = simulate(DEMO)
    const before = steps(samples)
    for (const at of [1, 2, 60, 150, 276, 290]) {
      const memory = before[at - 1]?.memory
      const sample = samples[at]
      if (memory === undefined || sample === undefined) throw new Error('too few samples')
      const frozen = deepFreeze(memory)
      expect(step(frozen, deepFreeze(sample))).toEqual(before[at])
      expect(step(frozen, sample)).toEqual(before[at])
    }
  })

  test('asks each question once, however many processes of a server raise it', () => {
    const worker = (pid: number, card: number): SimulatedProcess =>
      running(pid, 'VLLM::Worker_TP', () => ({ [card]: 70_000 }), { parentPid: 50 })
    const scenario = machine({
      durationMs: 0,
      gpus: [{ utilizationAt: () => 90 }, { utilizationAt: () => 90 }],
      processes: [running(50, 'vllm serve M', () => ({})), worker(51, 0), worker(52, 1)],
    })
    const [first] = steps(simulate(scenario))
    const names = first?.wants.map((want) => partNames(want).join()) ?? []
    expect(first?.frame.workloads.map(({ id }) => id)).toEqual(['vllm:50'])
    expect(names).toContain('sockets/50')
    expect(new Set(names).size).toBe(names.length)
  })

  test('lets no control character of a name, user or command through to a frame', () => {
    const hostile = '\u001b]0;owned\u0007\u202egnp.exe\u009b2J{red-fg}'
    const samples = simulate(
      machine({
        durationMs: 0,
        processes: [running(66, `python3 ${hostile}`, () => ({ 0: 100 }), { comm: '\u001b[2J\u009b' })],
      }),
    ).map((sample) => ({
      ...sample,
      parts: new Map(sample.parts).set('users', { kind: 'text', text: `0:ro\u001b[31mot\n` }),
    }))
    const texts = textsIn(lastFrame(samples))
    expect(texts.filter((text) => text.includes('owned'))).not.toEqual([])
    expect(texts.filter((text) => text !== printable(text))).toEqual([])
    expect(textsIn(frameJson(lastFrame(samples))).filter((text) => text !== printable(text))).toEqual([])
  })
})

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
