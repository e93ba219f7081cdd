import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { askedPages, claimOn, reportOf } from '../support/engine-answers.ts'

const AT = 'http/127.0.0.1:8000'
const SERVER = 'vllm serve org/M --max-model-len 16k -tp 2 --gpu-memory-utilization 0.85'

/** A page as vLLM writes it, of as many engines as ratios. */
function page(ratios: readonly number[], more: readonly string[] = []): string {
  return [
    ...ratios.flatMap((ratio, engine) => {
      const labels = `engine="${engine}",model_name="org/M"`
      return [
        `vllm:num_requests_running{${labels}} 3.0`,
        `vllm:num_requests_waiting{${labels}} 1.0`,
        `vllm:kv_cache_usage_perc{${labels}} ${ratio}`,
        `vllm:num_preemptions_total{${labels}} 2.0`,
        `vllm:prompt_tokens_total{${labels}} 100.0`,
        `vllm:generation_tokens_total{${labels}} 50.0`,
        `vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="${engine}",num_gpu_blocks="1000"} 1.0`,
      ]
    }),
    ...more,
    '',
  ].join('\n')
}

function kvOf(text: string): Record<string, unknown> {
  const { capacityTokens, usedTokens, usedRatio, perEngine } = reportOf(claimOn([SERVER]), {
    [`${AT}/metrics`]: text,
  }).kv
  return { capacityTokens, usedTokens, usedRatio, perEngine }
}

describe('vLLM is asked', () => {
  test('for its metrics every two seconds, and once for what does not change', () => {
    expect(askedPages(claimOn(['VLLM::EngineCore', SERVER]))).toEqual([
      `${AT}/metrics 2000`,
      `${AT}/version once`,
      `${AT}/v1/models once`,
    ])
  })

  test('at the address that it was told', () => {
    expect(askedPages(claimOn(['vllm serve M --host 10.0.0.5 --port=9000']))[0]).toBe(
      'http/10.0.0.5:9000/metrics 2000',
    )
  })

  test('nothing that wants a key', () => {
    expect(askedPages(claimOn(['vllm serve M --api-key ***']))).toEqual([
      `${AT}/metrics 2000`,
      `${AT}/version once`,
    ])
  })

  test.each([
    'VLLM::EngineCore',
    'vllm serve M --headless',
    'vllm serve M --disable-log-stats',
    'vllm serve M --uds /run/v.sock',
    'vllm bench throughput --model M',
    'vllm serve M --host stranger.example',
    'vllm serve M --port 99999',
  ])('nothing at all: %s', (command) => {
    expect(askedPages(claimOn([command]))).toEqual([])
  })

  test('in a container at its own address, once that is known', () => {
    const claim = claimOn([SERVER], { container: { id: 'abc', name: undefined } })
    const sockets = (network: string): Readonly<Record<string, string>> => ({
      'sockets/4242': `network ${network}\n0.0.0.0 8000 own\n`,
    })
    expect(askedPages(claim)).toEqual([])
    expect(askedPages(claim, sockets('other'))).toEqual([])
    const addresses = {
      'file//proc/4242/net/fib_trie': '127.0.0.1\n172.17.0.2\n',
      'file//proc/self/net/route': 'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n',
    }
    expect(askedPages(claim, { ...addresses, ...sockets('other') })[0]).toBe(
      'http/172.17.0.2:8000/metrics 2000',
    )
    expect(askedPages(claim, sockets('same'))[0]).toBe(`${AT}/metrics 2000`)
  })
})

describe('the KV cache of vLLM', () => {
  test('is what the page says, in tokens', () => {
    expect(kvOf(page([0.25]))).toEqual({
      capacityTokens: known(16_000, 'derived'),
      usedTokens: known(4000, 'derived'),
      usedRatio: known(0.25),
      perEngine: [{ label: '0', usedRatio: 0.25 }],
    })
  })

  test('is summed over data-parallel engines, and each is kept', () => {
    expect(kvOf(page([0.25, 0.75]))).toEqual({
      capacityTokens: known(32_000, 'derived'),
      usedTokens: known(16_000, 'derived'),
      usedRatio: known(0.5, 'derived'),
      perEngine: [
        { label: '0', usedRatio: 0.25 },
        { label: '1', usedRatio: 0.75 },
      ],
    })
  })

  test('of a hybrid model has the size in tokens that vLLM states, not blocks times block size', () => {
    const config =
      'vllm:cache_config_info{block_size="784",num_gpu_blocks="1000",kv_cache_size_tokens="342803"} 1'
    expect(kvOf(`vllm:num_requests_running 1\nvllm:kv_cache_usage_perc 0.5\n${config}\n`)).toMatchObject({
      capacityTokens: known(342_803, 'derived'),
      usedTokens: known(171_402, 'derived'),
    })
  })

  test('is read under its old name', () => {
    expect(kvOf('vllm:num_requests_running{model_name="org/M"} 1\nvllm:gpu_cache_usage_perc 0.5\n')).toEqual({
      capacityTokens: missing('not-reported'),
      usedTokens: missing('not-reported'),
      usedRatio: known(0.5),
      perEngine: [{ label: '0', usedRatio: 0.5 }],
    })
  })

  test.each([
    ['blocks that are not known yet', 'num_gpu_blocks="None",block_size="16"', 0.5],
    ['a usage that is no number', 'num_gpu_blocks="1000",block_size="16"', NaN],
  ])('is not guessed from %s', (_, labels, ratio) => {
    const text = `vllm:num_requests_running 1\nvllm:kv_cache_usage_perc ${ratio}\nvllm:cache_config_info{${labels}} 1\n`
    expect(kvOf(text)).toMatchObject({ usedTokens: missing('not-reported') })
  })

  test.each([
    ['is another service', '<html>It works!</html>\n', 'malformed', 'what answers on its port is not vLLM'],
    [
      'is another vLLM',
      page([0.5]).replaceAll('org/M', 'org/Other'),
      'not-reported',
      'its port answers for org/Other',
    ],
  ] as const)('is missing when what answers %s', (_, text, reason, detail) => {
    const report = reportOf(claimOn([SERVER]), { [`${AT}/metrics`]: text })
    expect(report.kv.usedTokens).toEqual(missing(reason, detail))
    expect(report.requests.running).toEqual(missing(reason, detail))
  })

  test('is missing while the server does not answer well', () => {
    const report = reportOf(claimOn([SERVER]), { [`${AT}/metrics`]: { status: 404, text: 'Not Found' } })
    expect(report.kv.usedTokens).toEqual(missing('not-supported', 'it answered with 404'))
  })
})

describe('of vLLM', () => {
  test('requests are summed over its engines', () => {
    expect(reportOf(claimOn([SERVER]), { [`${AT}/metrics`]: page([0.1, 0.2]) }).requests).toEqual({
      running: known(6, 'derived'),
      waiting: known(2, 'derived'),
      preemptions: known(4, 'derived'),
    })
  })

  test('a sleeping engine is told from an idle and a serving one', () => {
    const stateOf = (text: string): string => reportOf(claimOn([SERVER]), { [`${AT}/metrics`]: text }).state
    const asleep = 'vllm:engine_sleep_state{engine="0",sleep_state="awake"} 0'
    expect(stateOf(page([0.5]))).toBe('serving')
    expect(
      stateOf(page([0.5]).replace('running{engine="0",model_name="org/M"} 3', 'running{engine="0"} 0')),
    ).toBe('idle')
    expect(stateOf(page([0], [asleep]))).toBe('sleeping')
  })

  test('settings come from the command line, else from its own pages, and say so', () => {
    const models = '{"data":[{"id":"org/M","max_model_len":8192}]}'
    const config = (command: string) =>
      reportOf(claimOn([command]), {
        [`${AT}/metrics`]: page([0.5]).replaceAll('cache_dtype="auto"', 'cache_dtype="fp8"'),
        [`${AT}/v1/models`]: models,
        [`${AT}/version`]: '{"version":"0.15.1"}',
      }).config
    expect(config(SERVER)).toMatchObject({
      contextTokens: known(16_000, 'declared'),
      tensorParallel: known(2, 'declared'),
      gpuMemoryUtilization: known(0.85, 'declared'),
      origins: {
        contextTokens: 'argv',
        tensorParallel: 'argv',
        gpuMemoryUtilization: 'argv',
        kvTypeK: 'api',
      },
      flags: {
        contextTokens: '--max-model-len',
        parallel: '--max-num-seqs',
        kvTypeK: '--kv-cache-dtype',
        kvTypeV: '--kv-cache-dtype',
        tensorParallel: '-tp',
        gpuMemoryUtilization: '--gpu-memory-utilization',
      },
    })
    expect(config('vllm serve org/M')).toMatchObject({
      contextTokens: known(8192),
      kvTypeK: known('fp8'),
      gpuMemoryUtilization: known(0.9, 'declared'),
      origins: { contextTokens: 'api', gpuMemoryUtilization: 'default' },
    })
  })

  test('the model has the name of the command line, of whatever form', () => {
    const nameOf = (command: string): string | undefined =>
      valueOr(reportOf(claimOn([command]), {}).model.name, undefined)
    expect(nameOf(SERVER)).toBe('org/M')
    expect(nameOf('python -m vllm.entrypoints.openai.api_server --port 1 --model=org/M')).toBe('org/M')
    expect(nameOf('vllm serve /root/.cache/huggingface/hub/models--org--M/snapshots/abc --port 1')).toBe(
      'org/M',
    )
    expect(nameOf('vllm serve /data/models/DeepSeek-R1/')).toBe('DeepSeek-R1')
    expect(nameOf('VLLM::EngineCore')).toBeUndefined()
  })
})

const CORPUS = `${process.env['LLMTOP_CORPUS'] ?? ''}/engine-metrics`
const title = existsSync(CORPUS) ? 'a real page' : 'a real page: skipped, LLMTOP_CORPUS is not set'

describe.skipIf(!existsSync(CORPUS))(title, () => {
  test.each(['vllm-0.24-single-engine.prom', 'vllm-v1-live-a.prom'])('%s is read as it stands', (file) => {
    const text = readFileSync(`${CORPUS}/${file}`, 'utf8')
    const usage = Number(/^vllm:kv_cache_usage_perc\{.*\} (.+)$/m.exec(text)?.[1])
    const generated = Number(/^vllm:generation_tokens_total\{.*\} (.+)$/m.exec(text)?.[1])
    const report = reportOf(claimOn(['vllm serve --port 8000']), { [`${AT}/metrics`]: text })
    expect(report.kv.usedRatio).toEqual(known(usage))
    expect(valueOr(report.kv.capacityTokens, 0)).toBeGreaterThan(1000)
    expect(valueOr(report.counted, undefined)?.generated.get('0')).toBe(generated)
  })
})
