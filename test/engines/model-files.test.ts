import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import type { Answers, Claim, EngineAnswer, EngineReport } from '../../src/engines/engine.ts'
import { engineOf } from '../../src/engines/index.ts'
import type { Part } from '../../src/model/sample.ts'
import { partNames } from '../../src/model/want.ts'
import { claimOn } from '../support/engine-answers.ts'
import { texts, u32, writeGguf } from '../support/gguf-writer.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

const CONFIG = {
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 8192,
  torch_dtype: 'bfloat16',
}
const INDEX = JSON.stringify({ metadata: { total_size: 16_060_522_496 }, weight_map: {} })
const FIRST = 'a'.repeat(40)
const CACHE = '/home/alice/.cache/huggingface/hub'

type Said = Readonly<Record<string, string | Part>>

/** Answers as a test states them: a text, a head, a failure. */
function answers(said: Said): Answers {
  return new Map(
    Object.entries(said).map(([name, part]) => [
      name,
      typeof part === 'string' ? answered({ kind: 'text', text: part }) : answered(part),
    ]),
  )
}

function answered(part: Part): EngineAnswer {
  const answer = { part: undefined, renewedAtMs: 0, trouble: undefined }
  if (part.kind === 'same') return answer
  return part.kind === 'fault'
    ? { ...answer, trouble: { fault: part.fault, sinceMs: 0 } }
    : { ...answer, part }
}

function report(claim: Claim, said: Said): EngineReport {
  return engineOf(claim.engine).report(claim, answers(said))
}

/** The files that an engine wants of its model. */
function wanted(claim: Claim, said: Said = {}): readonly string[] {
  return engineOf(claim.engine)
    .wants(claim, answers(said))
    .flatMap(partNames)
    .filter((name) => /^(?:file|head)\//.test(name) && !name.endsWith('/environ'))
}

const GONE: Part = { kind: 'fault', fault: { kind: 'not-found', what: 'it' } }

describe('the config of a model is looked for', () => {
  test('in the folder that is named', () => {
    expect(wanted(claimOn(['vllm serve /models/llama/']))).toEqual(['file//models/llama/config.json'])
  })

  test('of a repository in the cache of the hub, by the snapshot that it stands at', () => {
    const claim = claimOn(['vllm serve org/M'])
    const refs = `file/${CACHE}/models--org--M/refs/main`
    const folder = 'file//proc/4242/cwd/org/M/config.json'
    const snapshot = `${CACHE}/models--org--M/snapshots/${FIRST}`
    expect(wanted(claim)).toEqual([folder])
    expect(wanted(claim, { 'env/4242': '' })).toEqual([folder, refs])
    expect(wanted(claim, { 'env/4242': '', [refs]: `${FIRST}\n` })).toEqual([
      folder,
      `file/${snapshot}/config.json`,
    ])
    const found = { 'env/4242': '', [refs]: FIRST, [`file/${snapshot}/config.json`]: '{}' }
    expect(wanted(claim, found)).toEqual([`file/${snapshot}/model.safetensors.index.json`])
    const single = { ...found, [`file/${snapshot}/model.safetensors.index.json`]: GONE }
    expect(wanted(claim, single)[1]).toBe(`head/${snapshot}/model.safetensors`)
  })

  test.each([
    ['vllm serve org/M', 'HF_HUB_CACHE=/a\nHF_HOME=/b\n', '/a'],
    ['vllm serve org/M', 'HUGGINGFACE_HUB_CACHE=/a\nHF_HOME=/b\n', '/a'],
    ['python3 -m sglang.launch_server --model-path org/M', 'HF_HOME=/b\nXDG_CACHE_HOME=/c\n', '/b/hub'],
    ['lmdeploy serve api_server org/M', 'XDG_CACHE_HOME=/c\nHOME=/d\n', '/c/huggingface/hub'],
    ['trtllm-serve org/M', 'HOME=/d\n', '/d/.cache/huggingface/hub'],
    ['vllm serve org/M --download-dir /e', 'HF_HOME=/b\n', '/e'],
    ['text-generation-launcher', 'MODEL_ID=org/M\nHUGGINGFACE_HUB_CACHE=/data\n', '/data'],
    ['transformers serve --force-model org/M', '', CACHE],
  ])('where «%s» with %j keeps it', (command, environment, cache) => {
    expect(wanted(claimOn([command]), { 'env/4242': environment })).toContain(
      `file/${cache}/models--org--M/refs/main`,
    )
  })

  test('of the revision that is asked for', () => {
    const said = { 'env/4242': '' }
    expect(wanted(claimOn(['vllm serve org/M --revision v2']), said)).toContain(
      `file/${CACHE}/models--org--M/refs/v2`,
    )
    expect(wanted(claimOn([`vllm serve org/M --revision ${FIRST}`]), said)).toContain(
      `file/${CACHE}/models--org--M/snapshots/${FIRST}/config.json`,
    )
  })

  test('of root in its own home, of an unknown user in none', () => {
    const said = { 'env/4242': GONE }
    const of = (user: Claim['root']['user']): readonly string[] =>
      wanted(claimOn(['vllm serve org/M'], { user }), said)
    expect(of(known('root'))[1]).toBe('file//root/.cache/huggingface/hub/models--org--M/refs/main')
    expect(of(missing('not-yet-known'))).toHaveLength(1)
    expect(of(known('1000'))).toHaveLength(1)
  })

  test('of a container through its own root', () => {
    const claim = claimOn(['vllm serve /models/llama'], { container: { id: 'abc', name: undefined } })
    expect(wanted(claim)).toEqual(['file/@4242//models/llama/config.json'])
  })

  test.each(['vllm serve s3://bucket/M', 'vllm serve --config x.yaml', 'vllm serve ~/M', 'vllm serve'])(
    'nowhere else: %s',
    (command) => {
      expect(wanted(claimOn([command]), { 'env/4242': '' })).toEqual([])
    },
  )

  test('nowhere outside of the cache, whatever a name or a snapshot says', () => {
    const claim = claimOn(['vllm serve org/M --revision ../../etc'])
    expect(wanted(claim, { 'env/4242': '' })).toEqual(['file//proc/4242/cwd/org/M/config.json'])
    const said = { 'env/4242': '', [`file/${CACHE}/models--org--M/refs/main`]: '../../..' }
    expect(wanted(claimOn(['vllm serve org/M']), said)).toEqual(['file//proc/4242/cwd/org/M/config.json'])
  })
})

describe('the shape of a model is', () => {
  const claim = claimOn(['vllm serve /m/who-knows'])
  const config = (more: object): Said => ({
    'file//m/who-knows/config.json': JSON.stringify({ ...CONFIG, ...more }),
  })

  test("its own config's, with the weights of its index", () => {
    const { model, known: found } = report(claim, {
      ...config({}),
      'file//m/who-knows/model.safetensors.index.json': INDEX,
    })
    expect(model).toMatchObject({
      name: known('who-knows', 'declared'),
      source: known('file', 'declared'),
      quantization: known('bfloat16'),
    })
    expect(found?.shape).toMatchObject({
      architecture: { layers: 32, kvHeads: 8, headDimK: 128 },
      weights: { kind: 'total-bytes', bytes: 16_060_522_496, quantization: 'bfloat16' },
    })
    expect(found?.settings).toMatchObject({ dtype: 'bfloat16' })
  })

  test('with the weights of its only file, whose size is enough', () => {
    const head: Part = { kind: 'bytes', base64: 'AgAAAAAAAAB7fQ==', sizeBytes: 8_000_000_000 }
    const said = { ...config({}), 'head//m/who-knows/model.safetensors': head }
    expect(report(claim, said).known?.shape.weights).toMatchObject({
      kind: 'total-bytes',
      bytes: 8_000_000_000,
    })
  })

  test('stored as its config says, and only otherwise as the flag does', () => {
    const awq = { quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } }
    const weightsOf = (command: string, more: object): unknown =>
      report(claimOn([command]), config(more)).known?.shape.weights
    expect(weightsOf('vllm serve /m/who-knows', awq)).toEqual({
      kind: 'quantization',
      name: 'awq',
      groupSize: 128,
    })
    expect(weightsOf('vllm serve /m/who-knows -q fp8', awq)).toMatchObject({ name: 'awq' })
    expect(weightsOf('vllm serve /m/who-knows -q fp8', {})).toEqual({ kind: 'quantization', name: 'fp8' })
  })

  test('never that of the files of a smaller form, where it is made while it is loaded', () => {
    const said = { ...config({}), 'file//m/who-knows/model.safetensors.index.json': INDEX }
    expect(report(claimOn(['vllm serve /m/who-knows -q fp8']), said).known?.shape.weights).toEqual({
      kind: 'quantization',
      name: 'fp8',
    })
  })

  test('else the one that the catalogue has under its name, and that is said', () => {
    const { model, known: found } = report(claimOn(['vllm serve meta-llama/Llama-3.1-8B-Instruct']), {})
    expect([model.source, found?.shape.fromCatalogue]).toEqual([known('catalogue', 'declared'), true])
  })

  test.each(['{"model_type":"llama"}', '<html>', '', '[]'])('else unknown, never guessed: %s', (text) => {
    const { model, known: found } = report(claim, { 'file//m/who-knows/config.json': text })
    expect([model.source, found]).toEqual([known('argv', 'declared'), undefined])
  })

  test('of a model that only the server names, the one that it names', () => {
    const card = { data: [{ id: 'served', root: '/m/who-knows', max_model_len: 4096 }] }
    const said = { 'http/127.0.0.1:8000/v1/models': JSON.stringify(card), ...config({}) }
    const { model, known: found } = report(claimOn(['vllm serve --config x.yaml']), said)
    expect(model.name).toEqual(known('who-knows'))
    expect(found?.settings.contextTokens).toBe(4096)
  })
})

describe('a GGUF file is looked for', () => {
  const whole = tinyLlama(undefined, false)
  const [, ...rest] = whole.tensors
  const head = (content: typeof whole): Part => ({
    kind: 'bytes',
    base64: Buffer.from(writeGguf(content)).toString('base64'),
    sizeBytes: 10 ** 9,
  })

  test('below the folder in which its server was started, where its path has no beginning', () => {
    expect(wanted(claimOn(['llama-server -m models/a.gguf']))).toEqual(['head//proc/4242/cwd/models/a.gguf'])
    const container = { container: { id: 'abc', name: undefined } }
    expect(wanted(claimOn(['llama-server -m ./a.gguf'], container))).toEqual(['head//proc/4242/cwd/a.gguf'])
  })

  test('where the server says that it is, when the command line names a repository', () => {
    const claim = claimOn(['llama-server -hf org/M-GGUF:Q8_0'])
    const props = { default_generation_settings: { n_ctx: 512 }, model_path: '/c/M-Q8_0.gguf' }
    expect(wanted(claim, { 'http/127.0.0.1:8080/props': JSON.stringify(props) })).toEqual([
      'head//c/M-Q8_0.gguf',
    ])
  })

  test('in all its parts, whose tensors are then known together', () => {
    const claim = claimOn(['llama-server -m /m/a-00001-of-00002.gguf'])
    const metadata = {
      ...whole.metadata,
      'split.count': u32(2),
      'split.tensors.count': u32(whole.tensors.length),
    }
    const first = head({ ...whole, metadata, tensors: whole.tensors.slice(0, 1) })
    const second = head({ ...whole, metadata: {}, tensors: rest })
    const [one, two] = ['head//m/a-00001-of-00002.gguf', 'head//m/a-00002-of-00002.gguf'] as const
    expect(wanted(claim)).toEqual([one])
    expect(wanted(claim, { [one]: first })).toEqual([two])
    expect(wanted(claim, { [one]: first, [two]: second })).toEqual([])
    const weights = (said: Said): unknown => report(claim, said).known?.shape.weights.kind
    expect(weights({ [one]: first })).toBe('quantization')
    expect(weights({ [one]: first, [two]: second })).toBe('tensors')
  })

  test('with as many more bytes as its header has proved to need', () => {
    const claim = claimOn(['llama-server -m /m/a.gguf'])
    const long = {
      ...whole,
      metadata: { ...whole.metadata, words: texts(Array.from({ length: 9000 }, () => 'x'.repeat(90))) },
    }
    const cut: Part = {
      kind: 'bytes',
      base64: Buffer.from(writeGguf(long).subarray(0, 262_144)).toString('base64'),
      sizeBytes: 10 ** 9,
    }
    const [want] = engineOf('llama.cpp')
      .wants(claim, answers({ 'head//m/a.gguf': cut }))
      .filter(({ kind }) => kind === 'head')
    expect(want?.maxBytes).toBeGreaterThan(262_144)
  })
})
