import { describe, expect, test } from 'vitest'
import type { Risk } from '../../../src/model/risk.ts'
import { frames } from '../../support/fold.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, ON_DEMAND, running } from '../../support/scenarios.ts'
import { simulate, type Scenario, type SimulatedProcess } from '../../support/simulate.ts'

function played(changes: Partial<Scenario>): readonly (readonly Risk[])[] {
  return frames(simulate(machine({ durationMs: 900_000, intervalMs: 5000, ...changes }))).map(
    ({ risks }) => risks,
  )
}

function ofClass(shown: readonly (readonly Risk[])[], kind: Risk['class']): readonly Risk[] {
  return shown.flat().filter((risk) => risk.class === kind)
}

const TWO_CARDS = [{ utilizationAt: () => 50 }, { utilizationAt: () => 50 }]
const POOL = FLAT_POOL_AND_DESKTOP.processes.slice(0, 2)

function levels(risks: readonly Risk[]): ReadonlySet<Risk['level']> {
  return new Set(risks.map(({ level }) => level))
}

describe('a card that fills', () => {
  test('says who grows, when it is full, and what then happens', () => {
    const [, ...said] = ofClass(played({ processes: [growing(4000)] }), 'cuda-oom')
    expect(said.at(-1)).toMatchObject({
      id: 'cuda-oom:transformers:9120',
      level: 'critical',
      workload: 'transformers:9120',
      gpus: ['GPU-00000000-0000-4000-8000-000000000000'],
    })
    expect(said.find(({ level }) => level === 'warn')?.summary).toMatch(
      /^GPU 0 runs out of memory in about 9 min: transformers 9120 \(root\) grows 3\.9 GiB\/min, [\d.]+ GiB left; its request or the process then fails$/,
    )
  })

  test('by what was predicted says nothing: that growth is expected', () => {
    const within = running(9120, ON_DEMAND, (s) => ({ 0: 29_000 + Math.min(5000, 10 * s) }))
    expect(played({ processes: [within] }).flat()).toEqual([])
  })

  test('past what was predicted says by how much, as a watch', () => {
    const past = running(9120, ON_DEMAND, (s) => ({ 0: 29_000 + Math.min(12_000, 20 * s) }))
    const over = ofClass(played({ processes: [past], durationMs: 1_500_000 }), 'over-ceiling')
    expect(levels(over)).toEqual(new Set(['watch']))
    expect(over.at(-1)?.summary).toBe(
      'transformers 9120 (root) holds 40.0 GiB, 4.4 GiB more than the 35.6 GiB predicted; what it will come to need is not known any more',
    )
  })

  test('beside an engine names the neighbour that grows, and who suffers', () => {
    const notebook = running(7777, 'python3 notebook.py', (s) => ({ 0: 700 + 10 * Math.max(0, s - 200) }))
    const said = ofClass(played({ processes: [...POOL, notebook] }), 'cuda-oom')
    expect(levels(said)).toContain('warn')
    expect(said.at(-1)).toMatchObject({ workload: 'pytorch:7777' })
    expect(said.at(-1)?.summary).toContain(
      'whoever asks for more then fails, and vLLM 4200 (root) is on the same card',
    )
  })

  test('by a desktop is a watch that names the desktop', () => {
    const desktop = running(2388, '/usr/bin/gnome-shell', (s) => ({ 0: 300 + 6 * s }), { type: 'C+G' })
    const said = ofClass(played({ processes: [...POOL, desktop] }), 'cuda-oom')
    expect(levels(said)).toEqual(new Set(['watch']))
    expect(said[0]?.summary).toMatch(/^GPU 0 fills up: the desktop, gnome-shell 2388 \(root\) grows /)
  })

  test('by torch alone is no more than a watch, and nothing where it has stood at the cap and lives', () => {
    const leak = running(500, 'python3 train.py', (s) => ({ 0: 60_000 + 25 * s }))
    expect(levels(ofClass(played({ processes: [leak] }), 'cuda-oom'))).toEqual(new Set(['watch']))
    const cap = 81_008 - 12
    const trainer = running(500, 'python3 train.py', (s) => ({
      0: Math.round(cap * (s < 300 || s % 600 > 60 ? 0.993 : 0.85 + 0.0023 * (s % 600))),
    }))
    const later = played({ processes: [trainer], durationMs: 3_600_000 }).slice(70)
    expect(later.flat()).toEqual([])
  })

  test('by a load of a minute, of a program of which nothing is known, is no warning', () => {
    const load = running(500, './mine', (s) => ({ 0: 20_000 + 500 * Math.min(75, Math.max(0, s - 400)) }))
    expect(levels(ofClass(played({ processes: [load], intervalMs: 2000 }), 'cuda-oom'))).not.toContain('warn')
  })

  test('for a minute or two is taken back three minutes later, however little is left: it was a load', () => {
    const held = (s: number): number => 50 * Math.min(85, Math.max(0, s - 400))
    const notebook = running(7777, 'python3 notebook.py', (s) => ({ 0: 700 + held(s) }))
    const shown = played({ processes: [...POOL, notebook], durationMs: 1_100_000 })
    expect(levels(ofClass(shown, 'cuda-oom'))).toEqual(new Set(['watch']))
    expect(shown.slice(900 / 5).flat()).toEqual([])
  })

  test('by what was warned of before is no load, however short its next burst', () => {
    const held = (s: number): number => 12 * Math.min(360, Math.max(0, s - 200)) + 5 * Math.max(0, s - 1230)
    const notebook = running(7777, 'python3 notebook.py', (s) => ({ 0: 700 + held(s) }))
    const said = played({ processes: [...POOL, notebook], durationMs: 1_500_000 }).map((risks, at) => ({
      at: at * 5,
      risks,
    }))
    const burst = said.flatMap(({ at, risks }) => (at > 1260 ? risks : [])).map(({ summary }) => summary)
    expect(burst.length).toBeGreaterThan(0)
    expect(burst.filter((summary) => summary.includes('would run out'))).toEqual([])
    expect(burst.at(-1)).toMatch(/^GPU 0 runs out of memory in /)
  })

  test('is the one that grows, not another one that its grower holds as much of as ever', () => {
    const onBoth = running(9120, ON_DEMAND, (s) => ({ 0: 76_000, 1: 30_000 + 45 * s }))
    const said = ofClass(played({ gpus: TWO_CARDS, processes: [onBoth] }), 'cuda-oom')
    expect(levels(said)).toContain('warn')
    expect(new Set(said.map(({ summary }) => /GPU \d+(?: and \d+ more)?/.exec(summary)?.[0]))).toEqual(
      new Set(['GPU 1']),
    )
  })

  test('on several cards is one risk, the card that is full first at its head', () => {
    const spread = running(9120, ON_DEMAND, (s) => ({ 0: 30_000 + 30 * s, 1: 30_000 + 45 * s }))
    const said = ofClass(played({ gpus: TWO_CARDS, processes: [spread] }), 'cuda-oom')
    expect(said.at(-1)?.gpus).toEqual([
      'GPU-00000000-0000-4000-8000-000000000001',
      'GPU-00000000-0000-4000-8000-000000000000',
    ])
    expect(new Set(said.map(({ id }) => id))).toEqual(new Set(['cuda-oom:transformers:9120']))
    expect(said.at(-1)?.evidence.join('\n')).toContain('GPU 1 is the hot one: ')
  })

  test('that nobody is listed on is told without a name, and only after minutes', () => {
    const samples = simulate(machine({ durationMs: 1_500_000, intervalMs: 5000, processes: [growing(3000)] }))
    const hidden = samples.map((sample) => ({
      ...sample,
      parts: new Map(
        [...sample.parts].map(([name, part]) =>
          name === 'nvidia-smi' && part.kind === 'text'
            ? [
                name,
                {
                  ...part,
                  text: part.text.replace(/<processes>[^]*?<\/processes>/g, '<processes>N/A</processes>'),
                },
              ]
            : [name, part],
        ),
      ),
    }))
    const said = frames(hidden).flatMap(({ risks, elapsedMs }) =>
      risks.map((risk) => ({ ...risk, elapsedMs })),
    )
    expect(said[0]).toMatchObject({
      id: 'cuda-oom:GPU-00000000-0000-4000-8000-000000000000',
      workload: undefined,
    })
    expect(said[0]?.elapsedMs).toBeGreaterThan(240_000)
  })
})

describe('a model that loads', () => {
  const load = (command: string, perSecond: number, mostMiB: number): SimulatedProcess =>
    running(
      9120,
      command,
      (s) => (s < 20 ? undefined : { 0: Math.min(mostMiB, 500 + perSecond * (s - 20)) }),
      {
        startTicks: 104_002_000,
      },
    )

  test('and fits says nothing, up to the top of the card and a tenth beyond the prediction', () => {
    for (const most of [28_800, 31_500])
      expect(
        played({ intervalMs: 1000, durationMs: 300_000, processes: [load(ON_DEMAND, 400, most)] })
          .flat()
          .filter(({ level }) => level !== 'watch'),
      ).toEqual([])
  })

  test('and will not fit is announced before the load is half done', () => {
    const huge = load('transformers serve --force-model meta-llama/Llama-3.1-70B-Instruct', 400, 81_000)
    const shown = frames(simulate(machine({ intervalMs: 1000, durationMs: 150_000, processes: [huge] })))
    const [first] = shown.flatMap(({ risks, elapsedMs }) => risks.map((risk) => ({ risk, elapsedMs })))
    expect(first?.elapsedMs).toBeLessThan(40_000)
    expect(first?.risk).toMatchObject({ id: 'will-not-fit:transformers:9120', class: 'will-not-fit' })
    expect(first?.risk.summary).toMatch(
      /^transformers 9120 \(root\) will not fit: 131\.\d GiB needed, 79\.1 GiB of GPU 0 there for it; /,
    )
  })
})
