import { describe, expect, test } from 'vitest'
import type { Risk } from '../../../src/model/risk.ts'
import { frames } from '../../support/fold.ts'
import { machine, running } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'

interface Traffic {
  readonly used: number
  readonly running?: number
  readonly waiting?: number
  readonly preemptions?: number
}

/** A vLLM server whose pool does this, as its frames say it. */
function played(traffic: (seconds: number) => Traffic, minutes = 20): readonly (readonly Risk[])[] {
  const page = (seconds: number): string => {
    const { used, running: run = 20, waiting = 0, preemptions = 0 } = traffic(seconds)
    const series = {
      'vllm:num_requests_running': run,
      'vllm:num_requests_waiting': waiting,
      'vllm:kv_cache_usage_perc': used.toFixed(4),
      'vllm:num_preemptions_total': preemptions,
      'vllm:generation_tokens_total': seconds * 100,
      'vllm:prompt_tokens_total': seconds * 100,
    }
    const labels = 'engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"'
    const config = 'block_size="16",num_gpu_blocks="25000",kv_cache_size_tokens="400000"'
    return [
      `vllm:cache_config_info{engine="0",${config}} 1.0`,
      ...Object.entries(series).map(([name, value]) => `${name}{${labels}} ${value}`),
      '',
    ].join('\n')
  }
  const samples = simulate(
    machine({
      durationMs: minutes * 60_000,
      intervalMs: 5000,
      processes: [
        running(4200, 'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-num-seqs 20', () => ({})),
        running(4242, 'VLLM::EngineCore', () => ({ 0: 72_300 }), { parentPid: 4200 }),
      ],
      pagesAt: (seconds) => ({ 'http/127.0.0.1:8000/metrics': page(seconds) }),
    }),
  )
  return frames(samples).map(({ risks }) => risks)
}

function ofClass(shown: readonly (readonly Risk[])[]): readonly Risk[] {
  return shown.flat().filter(({ class: kind }) => kind === 'kv-saturation')
}

const filling = (seconds: number): Traffic => ({ used: Math.min(0.99, 0.2 + seconds / 1000) })

describe('a pool', () => {
  test('that fills is a watch with its time, and says what the engine does then', () => {
    const [first] = ofClass(played(filling))
    expect(first).toMatchObject({ id: 'kv-saturation:vllm:4200', level: 'watch', workload: 'vllm:4200' })
    expect(first?.summary).toMatch(
      /^vLLM 4200 \(root\): its KV cache is full in about 8 min, now 5\d %; vLLM then preempts requests/,
    )
    expect(first?.evidence.join('\n')).toMatch(/ of 400,000 tokens are claimed by live requests/)
  })

  test('that is full without harm says nothing more, however many wait', () => {
    const full = played((seconds) => ({ ...filling(seconds), waiting: 20_000 }), 40)
    expect(full.at(-1)).toEqual([])
    expect(new Set(ofClass(full).map(({ level }) => level))).toEqual(new Set(['watch']))
  })

  test('that is full from the beginning and breathes says nothing', () => {
    expect(
      ofClass(played((seconds) => ({ used: 0.985 + 0.01 * Math.sin(seconds / 9), waiting: 50 }))),
    ).toEqual([])
  })

  test('that breathes with its load says nothing', () => {
    expect(ofClass(played((seconds) => ({ used: 0.55 + 0.3 * Math.sin(seconds / 40) })))).toEqual([])
  })

  test('that came back from nine tenths before is watched again only beyond that', () => {
    // fills for 200 s, and is emptied
    const wave = (seconds: number): Traffic => ({ used: 0.3 + 0.003 * (seconds % 200) })
    const sayings = played(wave, 20).map((risks, at) => ({ at: at * 5, count: risks.length }))
    expect(sayings.filter(({ at, count }) => at > 200 + 180 && count > 0)).toEqual([])
    expect(sayings.filter(({ at, count }) => at < 200 && count > 0)).not.toEqual([])
    const higher = played(
      (seconds) => ({ used: seconds < 600 ? wave(seconds).used : 0.3 + (seconds - 600) / 1000 }),
      21,
    )
    expect(ofClass(higher).at(-1)?.summary).toMatch(/is full in/)
  })

  test('that was full before may be full again, and is watched as ever', () => {
    const twice = played((seconds) => ({ used: Math.min(0.99, 0.3 + 0.0015 * (seconds % 800)) }), 26)
    const second = ofClass(twice.slice(800 / 5 + 40))
    expect(second.map(({ summary }) => summary)).toContainEqual(
      expect.stringMatching(/is full in .* now [89]\d %/),
    )
  })

  test('whose growth has lasted twice as long as it still needs is believed, young as it is', () => {
    // full in 200 s from the first request on
    const together = played((seconds) => ({ used: Math.min(0.99, 0.01 + Math.max(0, seconds - 300) / 200) }))
    const from = together.findIndex((risks) => risks.length > 0) * 5
    expect(from).toBeGreaterThan(300 + 100)
    expect(from).toBeLessThan(300 + 150)
  })

  test('whose requests are thrown out for a minute and longer is a warning with the rate', () => {
    const harmed = ofClass(played((seconds) => ({ used: 0.99, preemptions: Math.floor(seconds * 0.2) })))
    expect(harmed.at(-1)).toMatchObject({ level: 'warn', eta: undefined })
    expect(harmed.at(-1)?.summary).toMatch(/too small for its load: vLLM preempts 12 requests a minute/)
    const hiccups = played((seconds) => ({ used: 0.99, preemptions: Math.floor(seconds / 300) }))
    expect(ofClass(hiccups)).toEqual([])
  })

  test('whose counter begins anew has had no preemptions', () => {
    const restarted = played((seconds) => ({ used: 0.9, preemptions: seconds < 600 ? 5000 : 0 }))
    expect(ofClass(restarted)).toEqual([])
  })

  test('with as many running as may is told apart from want of memory', () => {
    const [first] = ofClass(played((seconds) => ({ ...filling(seconds), waiting: 7 })))
    expect(first?.evidence).toContain(
      '20 requests run, 7 wait because as many run as may (batch limit, not memory)',
    )
    const [below] = ofClass(played((seconds) => ({ ...filling(seconds), running: 12, waiting: 7 })))
    expect(below?.evidence).toContain('12 requests run, 7 wait')
  })

  test('of an engine that does nothing just now says nothing', () => {
    expect(ofClass(played((seconds) => ({ ...filling(seconds), running: 0 })))).toEqual([])
  })
})
