import { describe, expect, test } from 'vitest'
import type { RawSample } from '../../../src/model/sample.ts'
import { frameJson } from '../../../src/outputs/frame-json.ts'
import { anonymizer } from '../../../src/outputs/recording/anonymizer.ts'
import { DEMO } from '../../support/demo-scenario.ts'
import { frames } from '../../support/fold.ts'
import { simulate } from '../../support/simulate.ts'

const CONTAINER = '4f1e'.repeat(16)

function sampleOf(texts: Readonly<Record<string, string>>, host = 'node7.acme.example'): RawSample {
  const parts = new Map(Object.entries(texts).map(([name, text]) => [name, { kind: 'text', text } as const]))
  return { host, sequence: 0, takenAtEpochMs: 0, elapsedMs: 0, intervalMs: 2000, parts }
}

/** The texts of a sample after it was made anonymous, by the new names of their parts. */
function anonymous(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { parts } = anonymizer().sample(sampleOf(texts))
  return Object.fromEntries(
    [...parts].map(([name, part]) => [name, part.kind === 'text' ? part.text : part.kind]),
  )
}

/** One text among those that say who is who. */
function textOf(text: string): string {
  const users = '0:root\n998:ollama\n1000:alice\n1001:bob\n65534:nobody\n'
  return (
    anonymous({ users, containers: `${CONTAINER.slice(0, 12)} acme-chat\n`, 'log/1': text })['log/1'] ?? ''
  )
}

describe('an anonymous recording', () => {
  test.each([
    ['users', 'alice@node7 and bob', 'user1@host1 and user2'],
    ['users of the system as they are', 'root ollama nobody', 'root ollama nobody'],
    ['folders of people', '/home/alice/bob/x', '/home/user1/user2/dir1'],
    ['people who are only seen in a path', '/home/carol: carol', '/home/user3: user3'],
    ['the host in all its forms', 'http://node7:80/v1/models node7.acme.example NODE7', 'http://host1:80/v1/models host1 host1'],
    ['no part of a longer word', 'bobsled node70 --alice x-bob', 'bobsled node70 --alice x-bob'],
    ['cards', 'GPU-fbd55ed4-1eec-4423-0a47-ad594b4333e3 GPU-fbd55ed4', 'GPU-00000001-0000-4000-8000-000000000001 GPU-00000001'],
    ['cards whose first digits are the same', 'GPU-FBD55ED4 GPU-fbd55ed4-1eec-4423-0a47-ad594b4333e3 GPU-fbd55ed4-1eec-4423-0a47-ad594b4333e4', 'GPU-00000001 GPU-00000001-0000-4000-8000-000000000001 GPU-00000002-0000-4000-8000-000000000002'],
    ['serial numbers', '<serial>1320221028427</serial> <serial>N/A</serial>', '<serial>1</serial> <serial>N/A</serial>'],
    ['containers by their ids and names', `docker-${CONTAINER}.scope ${CONTAINER.slice(0, 12)} acme-chat`, `docker-000000000001${'0'.repeat(52)}.scope 000000000001 container1`],
    ['pods', '/kubepods/burstable/pod12345678_1234_1234_1234_123456789abc', '/kubepods/burstable/pod00000001_0000_4000_8000_000000000001'],
    ['addresses', '10.1.2.3:8000 fe80::1:2 10.1.2.3', '10.0.0.1:8000 fd00::2 10.0.0.1'],
    ['the addresses that every machine has', '127.0.0.1 0.0.0.0 ::1 ::', '127.0.0.1 0.0.0.0 ::1 ::'],
    ['neither versions nor times', '580.95.05 12:34:56 94.02.26.88.6d 1.2.3', '580.95.05 12:34:56 94.02.26.88.6d 1.2.3'],
    ['paths, part by part', '/srv/acme/run.py /srv/acme/other', '/srv/dir1/dir2.py /srv/dir1/dir3'],
    ['the folder of a model, and what its file’s name says', '/models/acme/secret-Q4_K_M-00001-of-00002.gguf', '/models/dir1/dir2-Q4_K_M-00001-of-00002.gguf'],
    ['published models as they are', '/models/Llama-3.1-8B-Q4_K_M.gguf Qwen/Qwen3-8B', '/models/Llama-3.1-8B-Q4_K_M.gguf Qwen/Qwen3-8B'],
    ['the cache of models as it is', '/root/.cache/huggingface/hub/models--a--b/snapshots', '/root/.cache/huggingface/hub/models--a--b/snapshots'],
    ['programs as they are', '/opt/acme/bin/trainer --x=/opt/acme/y', '/opt/dir1/bin/trainer --x=/opt/dir1/dir2'],
    ['ends of tags as they are', '<a></a> </alice> a/b', '<a></a> </alice> a/b'],
    ['content by its digest', `sha256-${CONTAINER} sha256:${CONTAINER}`, `sha256-${CONTAINER} sha256:${CONTAINER}`],
  ])('has other names for %s', (_, text, expected) => {
    expect(textOf(text)).toBe(expected)
    expect(textOf(`"${text}"`)).toBe(`"${expected}"`)
  }) // prettier-ignore

  test('names its parts as the texts name the same things', () => {
    expect(
      Object.keys(
        anonymous({
          [`cgroup/system.slice/docker-${CONTAINER}.scope/memory.max`]: 'max',
          'head/@42//srv/acme/x.gguf': '',
          'file//srv/acme/x.gguf': '',
          'http/10.1.2.3:8000/v1/models': '',
          'engine-log//srv/acme/x.log': '',
          'listing//srv/acme': '',
          'proc/42/cmdline': '',
          'nvidia-smi': '',
        }),
      ),
    ).toEqual([
      `cgroup/system.slice/docker-000000000001${'0'.repeat(52)}.scope/memory.max`,
      'head/@42//srv/dir1/dir2.gguf',
      'file//srv/dir1/dir2.gguf',
      'http/10.0.0.1:8000/v1/models',
      'engine-log//srv/dir1/dir2.log',
      'listing//srv/dir1',
      'proc/42/cmdline',
      'nvidia-smi',
    ])
  })

  test('has other names in faults, and leaves their kinds', () => {
    const sample = sampleOf({ users: '1000:refused\n' })
    const fault = { kind: 'refused', url: 'http://node7:8000/metrics', status: 401 } as const
    const { parts } = anonymizer().sample({
      ...sample,
      parts: new Map([...sample.parts, ['x', { kind: 'fault', fault }]]),
    })
    expect(parts.get('x')).toEqual({ kind: 'fault', fault: { ...fault, url: 'http://host1:8000/metrics' } })
  })

  test('is the same however often it is made so', () => {
    const hiding = anonymizer()
    const once = hiding.sample(sampleOf({ users: '1000:alice\n', 'log/1': '/home/alice/x node7' }))
    expect(hiding.sample(sampleOf({ users: '1000:alice\n', 'log/1': '/home/alice/x node7' }))).toEqual(once)
  })

  test('of a machine whose name is a word of every text keeps the word', () => {
    const { host, parts } = anonymizer().sample(sampleOf({ 'log/1': 'vllm serve' }, 'vllm'))
    expect([host, parts.get('log/1')]).toEqual(['host1', { kind: 'text', text: 'vllm serve' }])
  })

  test('is judged as the one it was made of, but for the names', () => {
    const samples = simulate({ ...DEMO, host: 'node7.acme.example', durationMs: 120_000 })
    const hiding = anonymizer()
    const hidden = samples.map((sample) => hiding.sample(sample))
    const text = JSON.stringify(hidden.map(({ parts, ...sample }) => ({ ...sample, parts: [...parts] })))
    for (const name of ['node7', 'acme', 'alice', 'GPU-00000000-0000-4000-8000-000000000000'])
      expect(text).not.toContain(name)
    const judged = frames(hidden).map((frame) => JSON.stringify(frameJson(frame)))
    expect(judged).toEqual(frames(samples).map((frame) => hiding.text(JSON.stringify(frameJson(frame)))))
  })
})
