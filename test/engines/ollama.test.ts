import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { claimOn, reportOf, wanted } from '../support/engine-answers.ts'

const DIGEST = '6a77'.repeat(16)
const STORE = '/usr/share/ollama/.ollama/models'
const SERVE = '/usr/bin/ollama serve'
const RUNNER = `/usr/lib/ollama/llama-server --model ${STORE}/blobs/sha256-${DIGEST} --port 41001 --host 127.0.0.1 -c 8192 -np 2`
const OLD_RUNNER = `/usr/bin/ollama runner --model ${STORE}/blobs/sha256-${DIGEST} --ctx-size 8192 --n-gpu-layers 29 --parallel 2 --port 41001`

const SERVER = 'http/127.0.0.1:11434'
const CHILD = 'http/127.0.0.1:41001'
const manifest = (name: string): string => `file/${STORE}/manifests/registry.ollama.ai/library/${name}`

function model(name: string, more: object = {}): object {
  return {
    name,
    size: 8000,
    size_vram: 6000,
    context_length: 4096,
    details: { quantization_level: 'Q4_K_M' },
    ...more,
  }
}

function ps(...models: readonly object[]): string {
  return JSON.stringify({ models })
}

const ITS_MANIFEST = JSON.stringify({
  layers: [
    { mediaType: 'application/vnd.ollama.image.template', digest: 'sha256:1' },
    { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${DIGEST}` },
  ],
})
const ANOTHER = ITS_MANIFEST.replace(DIGEST, '0000'.repeat(16))

describe('a runner of Ollama', () => {
  test('is asked for its slots, its server for the names of models', () => {
    expect(wanted(claimOn([RUNNER, SERVE]), { [`${SERVER}/api/ps`]: ps(model('llama3.2:3b')) })).toEqual([
      'file//proc/4242/environ once',
      `${SERVER}/api/ps 2000`,
      `${CHILD}/props 2000`,
      `head/${STORE}/blobs/sha256-${DIGEST} once`,
      `${manifest('llama3.2/3b')} once`,
    ])
  })

  test('finds its server where its environment says', () => {
    expect(wanted(claimOn([OLD_RUNNER, SERVE]), { 'env/4242': 'OLLAMA_HOST=http://0.0.0.0:9999\n' })[1]).toBe(
      'http/127.0.0.1:9999/api/ps 2000',
    )
  })

  test('says which variables of its server the prediction leaves out', () => {
    const said = { 'env/4242': 'OLLAMA_NUM_PARALLEL=many\n' }
    expect(reportOf(claimOn([RUNNER, SERVE]), said).config.problems).toEqual([
      "'OLLAMA_NUM_PARALLEL=many' can't be read",
    ])
  })

  test('has the model whose manifest names its weights', () => {
    const said = {
      [`${SERVER}/api/ps`]: ps(model('a:latest'), model('b:7b', { size: 100, size_vram: 100 })),
      [manifest('a/latest')]: ANOTHER,
      [manifest('b/7b')]: ITS_MANIFEST,
    }
    const report = reportOf(claimOn([RUNNER, SERVE]), said)
    expect(report.model).toMatchObject({
      name: known('b:7b'),
      source: known('api'),
      quantization: known('Q4_K_M'),
    })
    expect(report.onCpuRatio).toEqual(known(0, 'derived'))
  })

  test.each([
    ['when two are loaded and no manifest can be read', ps(model('a'), model('b')), {}],
    ['when the only one loaded is another’s', ps(model('a:x')), { [manifest('a/x')]: ANOTHER }],
    ['when its server does not say', '<html>', {}],
  ])('has no model by guessing: %s', (_, page, manifests) => {
    const report = reportOf(claimOn([RUNNER, SERVE]), { [`${SERVER}/api/ps`]: page, ...manifests })
    expect(report.model.name).toEqual(missing('not-reported'))
  })

  test('shows which part of the model is on the CPU', () => {
    const report = reportOf(claimOn([OLD_RUNNER, SERVE]), { [`${SERVER}/api/ps`]: ps(model('a')) })
    expect(report.onCpuRatio).toEqual(known(0.25, 'derived'))
    expect(report.model.name).toEqual(known('a'))
  })

  test('before 0.30 does not say how full its cache is', () => {
    const { kv, config } = reportOf(claimOn([OLD_RUNNER, SERVE]), {})
    expect(kv.usedTokens).toEqual(missing('not-supported', 'Ollama says it since 0.30'))
    expect(config).toMatchObject({
      contextTokens: known(8192, 'declared'),
      parallel: known(2, 'declared'),
      gpuLayers: known(29, 'declared'),
    })
  })

  test('since 0.30 has the cache of its llama-server', () => {
    const { kv, state } = reportOf(claimOn([RUNNER, SERVE]), {
      [`${CHILD}/props`]: '{"total_slots":2,"default_generation_settings":{"n_ctx":4096}}',
      [`${CHILD}/slots`]:
        '[{"id":0,"n_ctx":4096,"is_processing":true,"id_task":1,"n_prompt_tokens":500},{"id":1,"n_ctx":4096,"is_processing":false}]',
    })
    expect([valueOr(kv.usedTokens, 0), valueOr(kv.capacityTokens, 0), state]).toEqual([500, 8192, 'serving'])
  })

  test('never reads a manifest outside of its store', () => {
    const hostile = ps(model('../../../etc/passwd'), model('a/../../b:x'), model('..:..'))
    expect(wanted(claimOn([RUNNER, SERVE]), { [`${SERVER}/api/ps`]: hostile })).toHaveLength(4)
  })
})
