import { describe, expect, test } from 'vitest'
import type { Risk } from '../../../src/model/risk.ts'
import { frames } from '../../support/fold.ts'
import { machine, running } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'

const CONTEXT = 16_384

interface Slot {
  readonly busy: boolean
  readonly tokens: number
  /** What its request may still generate; −1: no limit. */
  readonly remaining: number
}

/** A llama-server with one slot that does this, as its frames say it. */
function played(slot: (seconds: number) => Slot): readonly (readonly Risk[])[] {
  const page = (seconds: number): string => {
    const { busy, tokens, remaining } = slot(seconds)
    return JSON.stringify([
      {
        id: 0,
        n_ctx: CONTEXT,
        is_processing: busy,
        id_task: 7,
        n_prompt_tokens: Math.round(tokens),
        n_prompt_tokens_processed: 1000,
        params: { n_predict: -1 },
        next_token: [{ has_next_token: busy, n_remain: remaining, n_decoded: Math.round(tokens - 1000) }],
      },
    ])
  }
  const props = JSON.stringify({
    default_generation_settings: { n_ctx: CONTEXT },
    total_slots: 1,
    model_path: '/models/m.gguf',
    is_sleeping: false,
    endpoint_slots: true,
  })
  const samples = simulate(
    machine({
      durationMs: 480_000,
      processes: [
        running(5200, 'llama-server -m /models/m.gguf -c 16384 -np 1 -ngl 99', () => ({ 0: 9000 })),
      ],
      pagesAt: (seconds) => ({
        'http/127.0.0.1:8080/props': props,
        'http/127.0.0.1:8080/slots': page(seconds),
      }),
    }),
  )
  return frames(samples).map(({ risks }) => risks)
}

function said(slot: (seconds: number) => Slot): readonly Risk[] {
  return played(slot)
    .flat()
    .filter(({ class: kind }) => kind === 'context-limit')
}

describe('a slot that generates', () => {
  test('without a limit is watched from a third of its context on, with its time', () => {
    const [first, ...others] = said((s) => ({ busy: true, tokens: 3000 + 30 * s, remaining: -1 }))
    expect(first).toMatchObject({
      id: 'context-limit:llama.cpp:5200',
      level: 'watch',
      workload: 'llama.cpp:5200',
    })
    expect(first?.summary).toMatch(
      /^llama\.cpp 5200 \(root\): slot 0 is at the end of its context in 5–8 min, 5,[01]\d\d of 16,384 tokens; its answer then stops, cut short$/,
    )
    expect(first?.evidence[0]).toBe('slot 0 generates 30 tokens a second')
    expect(new Set(others.map(({ level }) => level))).toEqual(new Set(['watch']))
  })

  test('and may generate more than fits is warned of in its last minute', () => {
    const levels = said((s) => ({ busy: true, tokens: 3000 + 30 * s, remaining: 20_000 - 30 * s })).map(
      ({ level }) => level,
    )
    expect(new Set(levels)).toEqual(new Set(['watch', 'warn']))
  })

  test('with a limit that fits is nothing to speak of', () => {
    expect(said((s) => ({ busy: true, tokens: 12_000 + 5 * s, remaining: 500 - s }))).toEqual([])
  })

  test('and begins another request begins anew', () => {
    expect(said((s) => ({ busy: true, tokens: 1000 + 30 * (s % 100), remaining: -1 }))).toEqual([])
  })
})

test('a slot that is idle keeps old tokens, and says nothing', () => {
  expect(said(() => ({ busy: false, tokens: 16_300, remaining: -1 }))).toEqual([])
})
