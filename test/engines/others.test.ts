import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { ENGINES, claimFor } from '../../src/engines/index.ts'
import { claimOn, reportOf, askedPages } from '../support/engine-answers.ts'
import { hostProcess } from '../support/host-process.ts'

describe('SGLang', () => {
  const AT = 'http/127.0.0.1:30000'
  const SERVER = 'python3 -m sglang.launch_server --model-path org/M --tp 2 --enable-metrics'
  const series = (name: string, values: readonly number[]): string =>
    values.map((value, rank) => `sglang:${name}{model_name="org/M",tp_rank="${rank}"} ${value}\n`).join('')

  test('is asked for metrics only when it has them, and the missing flag is named', () => {
    expect(askedPages(claimOn([SERVER]))).toEqual([`${AT}/server_info once`, `${AT}/metrics 2000`])
    const silent = claimOn(['python3 -m sglang.launch_server --model-path org/M'])
    expect(askedPages(silent)).toEqual([`${AT}/server_info once`])
    const { kv, telemetryGaps } = reportOf(silent, {})
    expect(kv.usedTokens).toEqual(missing('not-supported', 'SGLang says it only with --enable-metrics'))
    expect(telemetryGaps).toEqual([
      { what: 'KV cache use and requests', remedy: 'add --enable-metrics to the command' },
    ])
  })

  test('has one pool, however many ranks report it', () => {
    const text =
      series('num_running_reqs', [4, 4]) +
      series('num_used_tokens', [900, 900]) +
      series('max_total_num_tokens', [3600, 3600]) +
      series('token_usage', [0.25, 0.25]) +
      series('num_queue_reqs', [1, 1]) +
      series('num_retracted_reqs', [2, 2])
    const { kv, requests } = reportOf(claimOn([SERVER]), { [`${AT}/metrics`]: text })
    expect(kv).toMatchObject({
      usedTokens: known(900, 'derived'),
      capacityTokens: known(3600, 'derived'),
      usedRatio: known(0.25),
    })
    expect(requests).toEqual({ running: known(4), waiting: known(1), preemptions: known(2) })
  })

  test('of older versions says the size of its pool with the server’s settings', () => {
    const { kv } = reportOf(claimOn([SERVER]), {
      [`${AT}/metrics`]: 'sglang:num_running_reqs{} 1\nsglang:num_used_tokens{} 900\n',
      [`${AT}/server_info`]: '{"model_path":"org/M","internal_states":[{"max_total_num_tokens":3600}]}',
    })
    expect(valueOr(kv.capacityTokens, 0)).toBe(3600)
  })
})

describe('TGI', () => {
  const AT = 'http/127.0.0.1:8080'
  const LAUNCHER = 'text-generation-launcher --port 8080 --num-shard 2'

  test('claims for a request what it may come to need', () => {
    const { kv, requests, model, config } = reportOf(claimOn(['text-generation-server serve M', LAUNCHER]), {
      'env/4241': 'MODEL_ID=org/M\nMAX_TOTAL_TOKENS=8192\n',
      [`${AT}/metrics`]:
        'tgi_batch_current_size 2\ntgi_queue_size 1\ntgi_batch_current_max_tokens 500\ntgi_batch_max_total_tokens 2000\n',
    })
    expect(kv).toMatchObject({ usedRatio: known(0.25), capacityTokens: known(2000, 'derived') })
    expect(requests).toMatchObject({ running: known(2), waiting: known(1) })
    expect(model.name).toEqual(known('org/M', 'declared'))
    expect(config.origins).toMatchObject({ contextTokens: 'environment', tensorParallel: 'argv' })
    expect(config.flags).toEqual({
      contextTokens: 'MAX_TOTAL_TOKENS',
      parallel: '--max-batch-size',
      kvTypeK: '--kv-cache-dtype',
      kvTypeV: '--kv-cache-dtype',
      tensorParallel: '--num-shard',
      gpuMemoryUtilization: '--cuda-memory-fraction',
    })
  })
})

describe('LMDeploy', () => {
  test('says how full its pool is, and not how large', () => {
    const { kv } = reportOf(claimOn(['lmdeploy serve api_server org/M']), {
      'http/127.0.0.1:23333/metrics':
        'lmdeploy:gpu_cache_usage_perc{} 0.5\nlmdeploy:num_requests_running{} 1\n',
    })
    expect([valueOr(kv.usedRatio, 0), kv.capacityTokens.kind]).toEqual([0.5, 'missing'])
  })

  test('has the replicas of LMDeploy each with its tokens', () => {
    const text = [0, 1]
      .map(
        (engine) =>
          `lmdeploy:num_requests_running{engine="${engine}"} ${engine}\n` +
          `lmdeploy:gpu_cache_usage_perc{engine="${engine}"} 0.${engine + 2}\n` +
          `lmdeploy:generation_tokens_total{engine="${engine}"} 10\n`,
      )
      .join('')
    const { kv, requests, counted } = reportOf(claimOn(['lmdeploy serve api_server org/M']), {
      'http/127.0.0.1:23333/metrics': text,
    })
    expect(kv.perEngine).toEqual([
      { label: '0', usedRatio: 0.2 },
      { label: '1', usedRatio: 0.3 },
    ])
    expect(requests.running).toEqual(known(1, 'derived'))
    expect(counted.kind === 'known' ? [...counted.value.generated] : []).toEqual([
      ['0', 10],
      ['1', 10],
    ])
  })
})

describe('an engine without a page of its cache', () => {
  const settingsOf = (command: string, said = {}) => {
    const { config, known: told, telemetryGaps } = reportOf(claimOn([command]), said)
    return [config.contextTokens, config.origins, told?.settings, telemetryGaps]
  }

  test('KoboldCpp: its flags, and its own context where none is given', () => {
    expect(settingsOf('koboldcpp --model /m/Qwen3-8B-Q4_K_M.gguf --gpulayers 20 --quantkv 1')).toEqual([
      known(12_288, 'declared'),
      { contextTokens: 'default', kvTypeK: 'argv', kvTypeV: 'argv', gpuLayers: 'argv' },
      { engine: 'koboldcpp', gpuLayers: 20, kvTypeK: 'q8_0', kvTypeV: 'q8_0' },
      [],
    ])
  })

  test('TabbyAPI: its flags and variables, and that the rest lies in a file', () => {
    const env = 'TABBY_MODEL_MODEL_NAME=Qwen3-8B\nTABBY_MODEL_CACHE_SIZE=16384\n'
    expect(settingsOf('python3 /srv/tabbyAPI/main.py --cache-mode Q8', { 'env/4242': env })).toEqual([
      missing('not-reported'),
      { kvTypeK: 'argv', kvTypeV: 'argv' },
      { engine: 'exllama', maxTotalTokens: 16_384, kvTypeK: 'q8', kvTypeV: 'q8' },
      [],
    ])
    expect(settingsOf('python3 /srv/tabbyAPI/main.py')[3]).toEqual([
      { what: 'settings in config.yml', remedy: 'give them on the command line instead' },
    ])
  })

  test('text-generation-webui: as the loader in it takes memory', () => {
    const growth = (line: string) =>
      reportOf(claimOn([`python3 /srv/text-generation-webui/server.py ${line}`]), {}).kv.growth
    expect([growth('--model Qwen3-8B'), growth('--model Qwen3-8B-exl3'), growth('')]).toEqual([
      known('on-demand', 'declared'),
      known('preallocated', 'declared'),
      known('preallocated', 'declared'),
    ])
    expect(settingsOf('python3 /srv/text-generation-webui/server.py')[3]).toEqual([
      { what: 'the model', remedy: 'name it on the command line: --model NAME' },
    ])
  })

  test('TensorRT-LLM: its flags, and the file that wins over them', () => {
    expect(
      settingsOf('trtllm-serve Qwen/Qwen3-8B --max_seq_len 8192 --tp_size 2 --config extra.yml').slice(1),
    ).toEqual([
      { contextTokens: 'argv', tensorParallel: 'argv' },
      { engine: 'tensorrt-llm', contextTokens: 8192, tensorParallel: 2 },
      [{ what: 'settings in extra.yml', remedy: 'give them on the command line instead' }],
    ])
  })

  test('LM Studio: who could say what it does not', () => {
    expect(settingsOf('/opt/lm-studio/lm-studio --no-sandbox')[3]).toEqual([
      { what: 'model and settings', remedy: 'LM Studio says them to its own command alone: lms ps' },
    ])
  })
})

describe('the model is read from the command line of', () => {
  test.each([
    ['trtllm-serve org/M --tp_size 2', 'org/M'],
    ['trtllm-serve serve org/M', 'org/M'],
    ['lmdeploy serve api_server org/M', 'org/M'],
    ['python koboldcpp.py --model /m/M.gguf', 'M.gguf'],
    ['./koboldcpp-linux-x64 /m/M-00001-of-00003.gguf 5001', 'M.gguf'],
    ['python server.py --loader ExLlamav3 --model M_exl3', 'M_exl3'],
    ['python3 -m sglang.launch_server --model-path /data00/models/DeepSeek-R1/', 'DeepSeek-R1'],
    ['text-generation-launcher --model-id=org/M', 'org/M'],
    ['llama-server -hf ggml-org/gemma-3-4b-it-GGUF:Q4_K_M', 'ggml-org/gemma-3-4b-it-GGUF:Q4_K_M'],
    ['llama-cli -m MODEL.gguf', 'MODEL.gguf'],
  ])('%s', (command, name) => {
    expect(reportOf(claimOn([command]), {}).model.name).toEqual(known(name, 'declared'))
  })
})

describe('every engine', () => {
  const hostile = [
    '',
    '\0',
    '<html>',
    '{}',
    '[]',
    'null',
    '[{}]',
    '{"models":[null]}',
    'vllm:num_requests_running NaN\n',
  ]

  test.each(ENGINES.map(({ id }) => id))('bears whatever answers it: %s', (id) => {
    const engine = ENGINES.find((one) => one.id === id)
    const claim = {
      engine: id,
      root: hostProcess({ command: ['llama-server', '--port', '1', '--model', 'x'] }),
    }
    for (const text of hostile) {
      const everything = new Map(
        ['/metrics', '/props', '/slots', '/api/ps', '/v1/models', '/version', '/server_info'].flatMap(
          (path) =>
            ['1', '8000', '8080', '11434', '30000'].map((port) => [
              `http/127.0.0.1:${port}${path}`,
              { part: { kind: 'text' as const, text }, renewedAtMs: 0, trouble: undefined },
            ]),
        ),
      )
      const report = engine?.report(claim, everything)
      expect(report?.kv.usedTokens.kind).toBe('missing')
      expect(engine?.wants(claim, everything).every((want) => want.maxBytes <= 4 * 1024 ** 2)).toBe(true)
    }
  })

  test('is asked about a hundred processes in no time', () => {
    const families = Array.from({ length: 100 }, (_, at) =>
      ['VLLM::Worker_TP0', 'python3 -c spawn', `vllm serve M --port ${at}`, 'bash', 'sshd', 'systemd'].map(
        (line, generation) => hostProcess({ pid: at * 10 + generation, command: line.split(' ') }),
      ),
    )
    expect(families.map((family) => claimFor(family)?.engine)).toEqual(families.map(() => 'vllm'))
  })
})
