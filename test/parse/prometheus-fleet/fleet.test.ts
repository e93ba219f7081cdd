import { describe, expect, test } from 'vitest'
import { readApiAnswer, type ApiSeries } from '../../../src/parse/prometheus-fleet/api-answer.ts'
import { fleetHosts } from '../../../src/parse/prometheus-fleet/fleet.ts'

function series(name: string, labels: Readonly<Record<string, string>>, value: number): ApiSeries {
  return { name, labels: new Map(Object.entries(labels)), points: [{ epochMs: 1000, value }] }
}

function textsOf(...all: readonly ApiSeries[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    fleetHosts(all).map(({ host, parts }) => [
      host,
      Object.fromEntries([...parts].map(([name, { text }]) => [name, text])),
    ]),
  )
}

const HEADER =
  'index, uuid, name, driver_version, memory.total [MiB], memory.used [MiB], memory.free [MiB], memory.reserved [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'

describe('series of several exporters', () => {
  test('become one row per card, in the units of nvidia-smi; dcgm-exporter has no total', () => {
    const dcgm = { gpu: '3', UUID: 'GPU-1', modelName: 'NVIDIA L4', Hostname: 'a' }
    expect(
      textsOf(
        series('DCGM_FI_DEV_FB_USED', dcgm, 1000),
        series('DCGM_FI_DEV_FB_FREE', dcgm, 21_000),
        series('DCGM_FI_DEV_FB_RESERVED', dcgm, 500),
        series('DCGM_FI_DEV_POWER_USAGE', dcgm, 71.5),
      ),
    ).toEqual({
      a: {
        'nvidia-smi-csv': `${HEADER}\n3, GPU-1, NVIDIA L4, , 22500 MiB, 1000 MiB, 21000 MiB, 500 MiB, , , 71.5 W`,
      },
    })
  })

  test('name hosts each in their own way, and are joined by them', () => {
    const texts = textsOf(
      series(
        'DCGM_FI_DEV_FB_USED',
        { UUID: 'GPU-1', hostname: 'gpu-01.example.com', pod: 'vllm-0', namespace: 'ml' },
        1,
      ),
      series('node_uname_info', { instance: '10.0.0.1:9100', nodename: 'gpu-01' }, 1),
      series('node_memory_MemTotal_bytes', { instance: '10.0.0.1:9100' }, 1024 ** 3),
      series('vllm:num_requests_running', { instance: '10.244.1.7:8000', pod: 'vllm-0', namespace: 'ml' }, 3),
      series(
        'nvidia_smi_memory_used_bytes',
        { instance: '10.0.0.2:9835', uuid: 'df6e7a7c-7314-46f8' },
        2 ** 20,
      ),
    )
    expect(Object.keys(texts).sort()).toEqual(['10.0.0.2', 'gpu-01'])
    expect(Object.keys(texts['gpu-01'] ?? {})).toEqual([
      'nvidia-smi-csv',
      'meminfo',
      'scraped/vllm/10.244.1.7:8000',
    ])
    expect(texts['gpu-01']?.['meminfo']).toBe('MemTotal: 1048576 kB\n')
    expect(texts['10.0.0.2']?.['nvidia-smi-csv']).toContain('0, GPU-df6e7a7c-7314-46f8, ')
  })

  test('of two hosts with one short name stay two', () => {
    const used = (hostname: string): ApiSeries =>
      series('DCGM_FI_DEV_FB_USED', { UUID: hostname, hostname }, 1)
    expect(Object.keys(textsOf(used('gpu-01.a.example'), used('gpu-01.b.example'))).sort()).toEqual([
      'gpu-01.a.example',
      'gpu-01.b.example',
    ])
  })

  test('of a MIG slice are not the card', () => {
    const texts = textsOf(
      series('DCGM_FI_DEV_FB_USED', { UUID: 'GPU-1', hostname: 'a' }, 5000),
      series('DCGM_FI_DEV_FB_USED', { UUID: 'GPU-1', hostname: 'a', GPU_I_ID: '1' }, 7),
    )
    expect(texts['a']?.['nvidia-smi-csv']).toContain('5000 MiB')
  })

  test('say how old they are by the time stamps that were asked for beside', () => {
    const [host] = fleetHosts([
      series('DCGM_FI_DEV_FB_USED', { UUID: 'GPU-1', hostname: 'a' }, 1),
      series('', { UUID: 'GPU-1', hostname: 'a', llmtop_of: 'gpu' }, 1700),
    ])
    expect(host?.parts.get('nvidia-smi-csv')?.scrapedAtMs).toBe(1_700_000)
  })
})

describe('an answer of Prometheus', () => {
  test('is its series; values that are no numbers are left out', () => {
    const text = JSON.stringify({
      status: 'success',
      warnings: ['store b is down'],
      data: {
        resultType: 'vector',
        result: [
          { metric: { __name__: 'up', host: 'a' }, value: [1, '1'] },
          { metric: { __name__: 'up', host: 'b' }, value: [1, 'NaN'] },
          { metric: 7 },
        ],
      },
    })
    expect(readApiAnswer(text)).toEqual({
      kind: 'series',
      series: [
        { name: 'up', labels: new Map([['host', 'a']]), points: [{ epochMs: 1000, value: 1 }] },
        { name: 'up', labels: new Map([['host', 'b']]), points: [] },
      ],
      warnings: ['store b is down'],
    })
  })

  test.each([
    ['<html><title>Login</title></html>', "answered no JSON but '<html><title>Login</title></html>'"],
    ['{"status":"error","errorType":"bad_data","error":"parse error"}', 'refused the query: parse error'],
    ['{"status":"success","data":{}}', 'answered without a result'],
    ['{"status":"succ', 'answered no JSON but \'{"status":"succ\''],
  ])('that is none is said so: %s', (text, because) => {
    expect(readApiAnswer(text)).toEqual({ kind: 'refusal', because })
  })
})
