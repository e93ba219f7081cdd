import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseMetrics } from '../../src/parse/prometheus-text.ts'
import { reduceMetrics } from '../../src/parse/engine-pages/reduce-metrics.ts'

function read(text: string): Record<string, readonly [object, number][]> {
  return Object.fromEntries(
    Array.from(parseMetrics(text), ([name, series]) => [
      name,
      series.map(({ labels, value }) => [Object.fromEntries(labels), value] as const),
    ]),
  )
}

describe('a page in the Prometheus text format', () => {
  test('gives its series by name, with labels and values, whatever else stands in it', () => {
    const page = [
      '# HELP up Whether it is up.',
      '# TYPE up gauge',
      'up 1',
      'a:b_total{engine="0",model_name="org/M"} 3.5e+06 1700000000',
      'a:b_total{engine="1", model_name="org/M",} -2',
      '',
      'spaced   7',
      '<html><body>502 Bad Gateway</body></html>',
      'broken{engine="0" 5',
      'novalue{engine="0"}',
      'words one two',
      '',
    ].join('\n')
    expect(read(page)).toEqual({
      up: [[{}, 1]],
      'a:b_total': [
        [{ engine: '0', model_name: 'org/M' }, 3.5e6],
        [{ engine: '1', model_name: 'org/M' }, -2],
      ],
      spaced: [[{}, 7]],
    })
  })

  test('may hold what is no number of this world', () => {
    expect(read('a NaN\nb +Inf\nc -Inf\nd{le="+Inf"} 1\n')).toEqual({
      a: [[{}, NaN]],
      b: [[{}, Infinity]],
      c: [[{}, -Infinity]],
      d: [[{ le: '+Inf' }, 1]],
    })
  })

  test('has labels with escapes, braces and control characters in them', () => {
    expect(read('a{path="C:\\\\x \\"y\\" } {",line="1\\n2"} 4\n')).toEqual({
      a: [[{ path: 'C:\\x "y" } {', line: '1\ufffd2' }, 4]],
    })
  })

  test('that was cut in the middle of a number loses that number', () => {
    expect(read('a 12\nb 123')).toEqual({ a: [[{}, 12]] })
  })

  test.each(['', '\n', '<!DOCTYPE html>\n<html>\n</html>\n', '{"detail":"Not Found"}\n', '\0\0\0\n', '}{\n'])(
    'is empty when it is something else: %j',
    (page) => {
      expect(read(page)).toEqual({})
    },
  )

  test('of ten megabytes is read', () => {
    const page = 'vllm:b_bucket{engine="0",le="0.5",model_name="org/M"} 12345.0\n'.repeat(165_000)
    expect(page.length).toBeGreaterThan(10_000_000)
    expect(parseMetrics(page).get('vllm:b_bucket')).toHaveLength(165_000)
    expect(parseMetrics(page, (name) => name === 'other').size).toBe(0)
  })
})

describe('what is kept of a metrics page', () => {
  const page = [
    '# TYPE vllm:kv_cache_usage_perc gauge',
    'python_gc_objects_collected_total{generation="0"} 54585.0',
    'vllm:kv_cache_usage_perc{engine="0"} 0.5',
    'vllm:e2e_request_latency_seconds_bucket{engine="0",le="0.3"} 7',
    'vllm:e2e_request_latency_seconds_sum{engine="0"} 7',
    'vllm:prompt_tokens_created{engine="0"} 1.7e9',
    'vllm:prompt_tokens_total{engine="0"} 11',
    `vllm:config_info{config="${'x'.repeat(9000)}"} 1`,
    'tgi_batch_current_size 2',
    'vllm:prompt_tokens_total{engine="1"} 11',
  ].join('\n')
  const kept = [
    'vllm:kv_cache_usage_perc{engine="0"} 0.5',
    'vllm:prompt_tokens_total{engine="0"} 11',
    'tgi_batch_current_size 2',
    '',
  ].join('\n')

  test('is the engine’s gauges and counters, and no torn line', () => {
    expect(reduceMetrics(page)).toBe(kept)
  })

  test('comes out as it went in', () => {
    expect(reduceMetrics(kept)).toBe(kept)
  })
})

const CORPUS = `${process.env['LLMTOP_CORPUS'] ?? ''}/engine-metrics`
const title = existsSync(CORPUS) ? 'real pages' : 'real pages: skipped, LLMTOP_CORPUS is not set'

describe.skipIf(!existsSync(CORPUS))(title, () => {
  test.each(['vllm-v1-live-a.prom', 'vllm-0.24-single-engine.prom', 'sglang-doc.prom'])(
    '%s loses nothing that is read of it by being reduced',
    (file) => {
      const page = readFileSync(`${CORPUS}/${file}`, 'utf8')
      const reduced = reduceMetrics(page)
      expect(reduced.length).toBeLessThan(page.length / 3)
      const whole = parseMetrics(page)
      for (const [name, series] of parseMetrics(reduced)) expect(series).toEqual(whole.get(name))
      expect(parseMetrics(reduced).size).toBeGreaterThan(6)
    },
  )
})
