import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { transformers } from '../../src/engines/transformers.ts'
import { family } from '../support/host-process.ts'

function claimOn(...commands: readonly string[]): number | undefined {
  return transformers.claim(family(...commands))?.root.pid
}

function reportOn(command: string): ReturnType<typeof transformers.report> {
  const claim = transformers.claim(family(command))
  if (claim === undefined) throw new Error(`'${command}' was not claimed`)
  return transformers.report(claim, new Map())
}

describe('transformers claims', () => {
  test.each([
    'transformers serve --force-model Qwen/Qwen3-14B',
    '/home/alice/venv/bin/python3 /home/alice/venv/bin/transformers serve',
    'transformers-cli serve --task text-generation',
    'python3 -m transformers.cli.transformers chat Qwen/Qwen3-4B',
  ])('its own server and chat: %s', (command) => {
    expect(claimOn(command)).toBe(4242)
  })

  test('a worker by the server among its ancestors, whose argv holds the settings', () => {
    expect(claimOn('pt_main_thread', 'python3 /venv/bin/transformers serve', 'bash')).toBe(4241)
  })

  test.each([
    'grep transformers serve',
    'vim transformers',
    'python3 train.py --engine transformers serve',
    'python3 -c import_transformers;serve()',
    'tail -f transformers serve.log',
    'transformers download Qwen/Qwen3-14B',
    'transformers',
    'sh -c transformers_serve',
  ])('nothing that only mentions it: %s', (command) => {
    expect(claimOn(command)).toBeUndefined()
  })
})

describe('of a transformers process', () => {
  test.each([
    ['transformers serve --force-model Qwen/Qwen3-14B', 'Qwen/Qwen3-14B'],
    ['transformers serve --port 8000 --force_model=Qwen/Qwen3-14B', 'Qwen/Qwen3-14B'],
    ['transformers serve Qwen/Qwen3-14B --continuous-batching', 'Qwen/Qwen3-14B'],
    ['transformers chat meta-llama/Llama-3.1-8B-Instruct --dtype bf16', 'meta-llama/Llama-3.1-8B-Instruct'],
  ])('«%s» names the model', (command, name) => {
    expect(reportOn(command).model).toMatchObject({
      name: known(name, 'declared'),
      source: known('catalogue', 'declared'),
      quantization: known('bf16', 'declared'),
    })
  })

  test.each(['transformers serve', 'transformers serve --port 8000', 'transformers chat --user alice'])(
    '«%s» leaves the model unknown, and says why',
    (command) => {
      const unknown = missing('not-reported', 'the model is chosen by each request')
      expect(reportOn(command).model).toMatchObject({ name: unknown, source: unknown })
    },
  )

  test('the cache grows with the tokens, unless continuous batching takes its pages at the start', () => {
    expect(reportOn('transformers serve').kv.growth).toEqual(known('on-demand', 'declared'))
    expect(reportOn('transformers serve --continuous_batching').kv.growth).toEqual(
      known('preallocated', 'declared'),
    )
  })
})
