import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { fit } from '../support/fit.ts'
import { text, u32, writeGguf, type GgufContent } from '../support/gguf-writer.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { writeSafetensors } from '../support/safetensors-writer.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

const MIB = 1024 ** 2

interface Answer {
  readonly fits: string
  readonly reason: string
  readonly engine: string
  readonly basis: string
  readonly config: Readonly<Record<string, unknown>>
  readonly model: Readonly<Record<string, unknown>>
  readonly perGpu: readonly Readonly<Record<string, number | string | null>>[]
  readonly kv: Readonly<Record<string, number | null>>
  readonly advice: readonly {
    readonly command: string | null
    readonly freesBytes: number | null
    readonly enough: boolean
  }[]
  readonly assumptions: readonly string[]
  readonly missing: readonly { readonly path: string; readonly reason: string }[]
}

async function answer(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { exitCode, stdout, stderr } = await fit(['--json', ...args], variables)
  expect([exitCode, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Answer
}

/** A model of two layers as a file with its weights. */
function ggufFile(content: GgufContent = tinyLlama(), name = 'tiny-F32.gguf'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, writeGguf(content))
  return path
}

describe('llmtop fit answers from', () => {
  test('a GGUF file: weights by its tensors, KV by its shape', async () => {
    const found = await answer(['--gpu', '8GiB', '--ctx', '4096', '--parallel', '1', ggufFile()])
    // 2 layers × 4096 cells × 2 heads × (16 + 16) × 2 bytes; one token a 4096th of it
    expect(found).toMatchObject({
      engine: 'llama.cpp',
      basis: 'tensors',
      fits: 'yes',
      model: { name: 'tiny llama of tests', family: 'llama', quantization: 'F32', layers: 2 },
      config: { contextTokens: 4096, parallel: 1 },
      kv: { bytes: MIB, bytesPerToken: 256, marginalBytesPerToken: 256, cells: 4096, maxContextTokens: 4096 },
    })
    const weights = tinyLlama().tensors.filter(({ name }) => name !== 'token_embd.weight')
    expect(found.perGpu[0]?.['weightsBytes']).toBe(weights.reduce((sum, { bytes }) => sum + bytes, 0))
  })

  test('the header of a GGUF file alone, and says that its weights are not there', async () => {
    const found = await answer(['--gpu', '8GiB', ggufFile(tinyLlama(undefined, false))])
    expect([found.basis, found.fits, found.assumptions[0]]).toEqual([
      'tensors',
      'yes',
      "'tiny-F32.gguf' lacks 433920 bytes of its weights: an unfinished download?",
    ])
  })

  test('a split GGUF model, whichever part is named', async () => {
    const folder = temporaryFolder()
    const { metadata, tensors } = tinyLlama(undefined, false)
    const split = { ...metadata, 'split.count': u32(2), 'split.tensors.count': u32(tensors.length) }
    writeFileSync(
      join(folder, 'm-00001-of-00002.gguf'),
      writeGguf({ metadata: split, tensors: tensors.slice(0, 9) }),
    )
    writeFileSync(
      join(folder, 'm-00002-of-00002.gguf'),
      writeGguf({ metadata: {}, tensors: tensors.slice(9) }),
    )
    const [first, second] = await Promise.all(
      [1, 2].map((part) => answer(['--gpu', '8GiB', join(folder, `m-0000${part}-of-00002.gguf`)])),
    )
    expect(first?.perGpu).toEqual(second?.perGpu)
    expect(first?.model['parameters']).toBe(tensors.reduce((sum, { bytes }) => sum + bytes / 4, 0))
  })

  test('a Hugging Face folder: by its safetensors headers, or by its config where they are not there', async () => {
    const folder = join(temporaryFolder(), 'my-model')
    mkdirSync(folder)
    const config = {
      model_type: 'llama',
      hidden_size: 256,
      intermediate_size: 512,
      num_hidden_layers: 1,
      num_attention_heads: 8,
      vocab_size: 1000,
      max_position_embeddings: 4096,
      torch_dtype: 'bfloat16',
    }
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    const byConfig = await answer(['--gpu', '8GiB', folder])
    const embedding = { dtype: 'BF16', shape: [1000, 256], data_offsets: [0, 512_000] }
    writeFileSync(
      join(folder, 'model.safetensors'),
      writeSafetensors({ 'model.embed_tokens.weight': embedding }),
    )
    const byTensors = await answer(['--gpu', '8GiB', folder])
    expect([byConfig.engine, byConfig.basis, byTensors.basis, byTensors.model['name']]).toEqual([
      'vllm',
      'formula',
      'tensors',
      'my-model',
    ])
  })

  test('a name of the catalogue, with the engine that such names are for', async () => {
    const gpu = ['--gpu', 'H100:80GiB']
    const names = [
      'llama3.1:8b',
      'meta-llama/Llama-3.1-8B-Instruct',
      'Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf',
    ]
    const found = await Promise.all(names.map((name) => answer([...gpu, name])))
    expect(
      found.map(({ engine, basis, model }) => [engine, basis, model['name'], model['quantization']]),
    ).toEqual([
      ['ollama', 'catalogue', 'Llama-3.1-8B', 'Q4_K_M'],
      ['vllm', 'catalogue', 'Llama-3.1-8B', 'bf16'],
      ['llama.cpp', 'catalogue', 'Llama-3.1-8B', 'Q4_K_M'],
    ])
  })

  test('an architecture file, and a Modelfile with the model that it is FROM', async () => {
    const folder = temporaryFolder()
    const heads = { attentionHeads: 32, kvHeads: 8, headDimK: 128, headDimV: 128 }
    const shape = {
      layers: 32,
      hiddenSize: 4096,
      feedForwardSize: 14336,
      vocabSize: 1000,
      contextLength: 8192,
      ...heads,
    }
    writeFileSync(
      join(folder, 'a.json'),
      JSON.stringify({ schema: 'llmtop.architecture/1', name: 'mine', ...shape }),
    )
    writeFileSync(join(folder, 'Modelfile'), 'FROM llama3.1:8b\nPARAMETER num_ctx 2048\n')
    const own = await answer([
      '--gpu',
      '24GiB',
      '--arch',
      join(folder, 'a.json'),
      '--weights-bytes',
      '5000000000',
    ])
    const modelfile = await answer(['--gpu', '24GiB', join(folder, 'Modelfile')])
    expect([own.model['name'], own.fits, own.kv['bytes'], modelfile.engine, modelfile.kv['cells']]).toEqual([
      'mine',
      'yes',
      1024 * MIB,
      'ollama',
      2048,
    ])
  })

  test('the cache of Hugging Face and the store of Ollama, before the catalogue', async () => {
    const home = temporaryFolder()
    const hub = join(home, '.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B')
    mkdirSync(join(hub, 'refs'), { recursive: true })
    mkdirSync(join(hub, 'snapshots/abc'), { recursive: true })
    writeFileSync(join(hub, 'refs/main'), 'abc')
    writeFileSync(join(hub, 'snapshots/abc/model-Q4_K_M.gguf'), writeGguf(tinyLlama()))
    const digest = 'a'.repeat(64)
    const store = join(home, '.ollama/models')
    mkdirSync(join(store, 'manifests/registry.ollama.ai/library/llama3.1'), { recursive: true })
    mkdirSync(join(store, 'blobs'))
    const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}` }]
    writeFileSync(join(store, 'manifests/registry.ollama.ai/library/llama3.1/8b'), JSON.stringify({ layers }))
    writeFileSync(join(store, 'blobs', `sha256-${digest}`), writeGguf(tinyLlama()))
    const command = ['--', 'llama-server', '-hf', 'meta-llama/Llama-3.1-8B:Q4_K_M']
    const found = [
      await answer(['--gpu', '8GiB', ...command], { HOME: home }),
      await answer(['--gpu', '8GiB', 'llama3.1:8b'], { HOME: home }),
      await answer(['--gpu', '8GiB', 'llama3.1:8b'], { HOME: '/nonexistent' }),
    ]
    expect(found.map(({ model }) => model['name'])).toEqual([
      'tiny llama of tests',
      'tiny llama of tests',
      'Llama-3.1-8B',
    ])
  })

  test("the engine's own command, whose flags are overridden by those before it", async () => {
    const command = [
      '--',
      'vllm',
      'serve',
      'Qwen/Qwen3-8B',
      '--max-model-len',
      '8192',
      '--kv-cache-dtype',
      'fp8',
    ]
    const found = await answer(['--gpu', 'L4:24GiB', '--ctx', '4k', ...command])
    expect([found.engine, found.config]).toEqual([
      'vllm',
      { contextTokens: 4096, kvTypeK: 'fp8', kvTypeV: 'fp8' },
    ])
  })
})

describe('the GPUs', () => {
  test('are those here, as nvidia-smi shows them, and as the command may see them', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, {
      documents: [nvidiaSmiXml({ gpus: [{ name: 'NVIDIA H100' }, { name: 'NVIDIA L4' }] })],
    })
    const all = await answer([ggufFile()], { PATH: folder })
    expect(all.perGpu.map(({ name }) => name)).toEqual(['NVIDIA H100', 'NVIDIA L4'])
    const second = await answer(['--', 'env', 'CUDA_VISIBLE_DEVICES=1', 'llama-server', '-m', ggufFile()], {
      PATH: folder,
    })
    expect(second.perGpu.map(({ name }) => name)).toEqual(['NVIDIA L4'])
    const none = await answer(['--', 'env', 'CUDA_VISIBLE_DEVICES=9', 'llama-server', '-m', ggufFile()], {
      PATH: folder,
    })
    expect([none.fits, none.reason]).toEqual(['unsure', 'no GPU is known; name one with --gpu 24GiB'])
  })

  test('that nobody knows leave the answer unsure, with null and its reason', async () => {
    const found = await answer(['llama3.1:8b'], { PATH: '/nonexistent' })
    expect([found.fits, found.perGpu[0]?.['totalBytes'], found.perGpu[0]?.['kvBytes']]).toEqual([
      'unsure',
      null,
      512 * MIB,
    ])
    expect(found.missing).toContainEqual({ path: 'perGpu[0].totalBytes', reason: 'not-reported' })
  })

  test('are not compared with a world that spans several nodes', async () => {
    const command = ['--', 'vllm', 'serve', 'meta-llama/Llama-3.1-405B', '-tp', '8', '-pp', '2']
    const found = await answer(['--gpu', '8xH100:80GiB', ...command])
    expect(found.perGpu.length).toBe(16)
    expect([found.fits, found.reason]).toEqual(['unsure', '16 GPUs are asked for, and 8 are known here'])
  })
})

describe('what is wrong is one sentence and an exit code', () => {
  const cut = (): string => {
    const path = join(temporaryFolder(), 'cut.gguf')
    writeFileSync(path, writeGguf(tinyLlama()).subarray(0, 700))
    return path
  }
  const file = (content: string | Uint8Array, name: string): string => {
    const path = join(temporaryFolder(), name)
    writeFileSync(path, content)
    return path
  }

  test.each<[string, () => readonly string[], string]>([
    [
      'an unknown name',
      () => ['nonsense'],
      "'nonsense' is neither a file here nor a model that llmtop knows; describe it with --arch FILE",
    ],
    [
      'a fine-tune of a known model',
      () => ['NousResearch/Hermes-3-Llama-3.1-8B'],
      "'NousResearch/Hermes-3-Llama-3.1-8B' is neither a file here nor a model that llmtop knows; if it was made from 'Llama-3.1-8B' or 'Llama-3-8B', give that name; or describe it with --arch FILE",
    ],
    [
      'a file that ends early',
      () => [cut()],
      "'cut.gguf' is not what it should be at metadata key 'tokenizer.ggml.tokens': '269 entries, and the file ends before'",
    ],
    [
      'a file that is something else',
      () => [file('hello', 'model.bin')],
      "'model.bin' is neither a GGUF file, a Hugging Face config nor a Modelfile",
    ],
    [
      'a config without the needed fields',
      () => [file('{"model_type": "llama"}', 'config.json')],
      "'config.json' is not what it should be at field 'num_hidden_layers': 'nothing'",
    ],
    [
      'a projector',
      () => [
        file(writeGguf({ metadata: { 'general.architecture': text('clip') }, tensors: [] }), 'mmproj.gguf'),
      ],
      "'mmproj.gguf' is not what it should be at metadata key 'general.architecture': 'clip, which is a vision projector (mmproj) and no model'",
    ],
    [
      'a command of no engine',
      () => ['--', 'vim', 'x'],
      "'vim' is no engine that llmtop knows: vllm, llama-server, sglang, text-generation-launcher, ollama, koboldcpp, trtllm-serve, lmdeploy, tabbyAPI, lms load",
    ],
    ['a command without a model', () => ['--', 'llama-server', '-c', '512'], 'the command names no model'],
  ])('%s', async (_, args, sentence) => {
    expect(await fit([...args()])).toEqual({ exitCode: 1, stdout: '', stderr: `llmtop: ${sentence}\n` })
  })

  test.each<[readonly string[], string]>([
    [[], "error: name a model, or the engine's own command behind '--'\n"],
    [['a', 'b'], "error: one model at a time; a command goes behind '--': llmtop fit -- a b\n"],
    [
      ['--gpu', 'big', 'x'],
      "error: option '--gpu <[name:]size>' argument 'big' is invalid. give a size, such as '24GiB' or 'RTX 3090:24GiB'.\n",
    ],
    [
      ['--ctx', '-5', 'x'],
      "error: option '--ctx <tokens>' argument '-5' is invalid. give a number of tokens, such as '32768' or '32k'.\n",
    ],
  ])('wrong usage: %o', async (args, stderr) => {
    expect(await fit(args)).toEqual({ exitCode: 2, stdout: '', stderr })
  })

  test('an unknown family is read, and no more than unsure', async () => {
    const { metadata, tensors } = tinyLlama(undefined, false)
    const renamed = Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [key.replace(/^llama\./, 'llama9.'), value]),
    )
    const path = ggufFile({ metadata: { ...renamed, 'general.architecture': text('llama9') }, tensors })
    const found = await answer(['--gpu', '80GiB', path])
    expect([found.fits, found.reason]).toEqual([
      'unsure',
      "architecture 'llama9': llmtop does not know this architecture",
    ])
  })
})

test('--check ends with 3 unless it fits', async () => {
  const codes = [
    await fit(['--check', '--gpu', '24GiB', 'llama3.1:8b']),
    await fit(['--check', '--gpu', '4GiB', 'llama3.1:8b']),
    await fit(['--check', 'llama3.1:8b'], { PATH: '/nonexistent' }),
  ]
  expect(codes.map(({ exitCode }) => exitCode)).toEqual([0, 3, 3])
})

test('weights of gpt-oss are nearly the same in every mixture', async () => {
  const weights = await Promise.all(
    ['Q2_K', 'Q4_K_M', 'Q8_0'].map((quant) => answer(['--gpu', '24GiB', '--quant', quant, 'gpt-oss:20b'])),
  )
  expect(new Set(weights.map(({ perGpu }) => perGpu[0]?.['weightsBytes'])).size).toBe(1)
})

test('what an engine does by itself is said', async () => {
  const open = await answer(['--gpu', '8GiB', 'Llama-3.1-8B'])
  const stated = await answer(['--gpu', '8GiB', '--ctx', '4k', 'Llama-3.1-8B'])
  const sentence =
    'the whole context; llama-server shortens one that is not given (-c) until it fits, to no less than 4,096'
  expect([open.assumptions.includes(sentence), stated.assumptions.includes(sentence)]).toEqual([true, false])
})

test("the command for a model of the catalogue names its file as such files are named; a container's stays a container's", async () => {
  const commands = [
    await answer(['--gpu', '6GiB', '--ctx', '64k', 'Llama-3.1-8B']),
    await answer([
      '--gpu',
      '6GiB',
      '--',
      ...'docker run -c 2 --gpus all ghcr.io/ggml-org/llama.cpp:server -hf Qwen/Qwen3-8B:Q4_K_M -c 32768'.split(
        ' ',
      ),
    ]),
  ].map(({ advice }) => advice.find(({ enough }) => enough)?.command?.replace(/\d{4,}$/, 'N'))
  expect(commands).toEqual([
    'llama-server -m Llama-3.1-8B-Q4_K_M.gguf -c N',
    'docker run -c 2 --gpus all ghcr.io/ggml-org/llama.cpp:server -hf Qwen/Qwen3-8B:Q4_K_M -c N',
  ])
})

test('a secret in the command does not appear in the advice', async () => {
  const command = ['--', 'llama-server', '-hf', 'Qwen/Qwen3-32B:Q4_K_M', '-c', '65536', '--api-key', 'sekrit']
  const { stdout } = await fit(['--json', '--gpu', '24GiB', ...command])
  expect(stdout).toContain("--api-key '***'")
  expect(stdout).not.toContain('sekrit')
})

test('a file with types that only a fork knows is measured by its offsets', async () => {
  const { metadata, tensors } = tinyLlama(undefined, false)
  const forked = tensors.map((tensor) => ({ ...tensor, typeId: 144 }))
  const found = await Promise.all(
    [tensors, forked].map((list) => {
      const path = ggufFile({ metadata, tensors: list })
      truncateSync(path, 500_000)
      return answer(['--gpu', '8GiB', path])
    }),
  )
  const [plain, fork] = found.map(({ basis, perGpu }) => [basis, perGpu[0]?.['weightsBytes']])
  // what the last tensor takes is known only as what is left of the file
  expect([fork?.[0], Number(fork?.[1]) - Number(plain?.[1]) < 70_000]).toEqual(['tensors', true])
})
