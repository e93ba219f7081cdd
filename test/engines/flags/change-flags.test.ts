import { expect, test } from 'vitest'
import { changeFlags, shellCommand, type FlagChange } from '../../../src/engines/flags/change-flags.ts'
import { flagsIn } from '../../support/said-flags.ts'

const CONTEXT = ['-c', '--ctx-size'] as const

function changed(command: string, ...changes: readonly FlagChange[]): string {
  return shellCommand(changeFlags(command.split(' '), flagsIn(command)?.engine ?? 'unknown', changes))
}

test('a flag is changed in its own place and spelling', () => {
  expect([
    changed('llama-server -m m.gguf -c 65536 -ngl 99', { names: CONTEXT, value: '17408' }),
    changed('llama-server --ctx_size 65536 -m m.gguf', { names: CONTEXT, value: '17408' }),
    changed('vllm serve m --max-model-len=65536', { names: ['--max-model-len'], value: '8192' }),
  ]).toEqual([
    'llama-server -m m.gguf -c 17408 -ngl 99',
    'llama-server --ctx_size 17408 -m m.gguf',
    'vllm serve m --max-model-len=8192',
  ])
})

test('a flag that the command has not is added at the end, and one that is in the way is taken out', () => {
  expect([
    changed(
      'llama-server -m m.gguf',
      { names: ['-fa', '--flash-attn'], value: 'on' },
      { names: CONTEXT, value: '512' },
    ),
    changed('llama-server -ngl 99 -m m.gguf', { names: ['-ngl', '--gpu-layers'], value: undefined }),
    changed('llama-server -fa -m m.gguf', { names: ['-fa'], value: 'on' }),
    changed('vllm serve m', { names: ['--enforce-eager'], value: '' }),
    changed('vllm serve m', { names: ['--enforce-eager'], value: undefined }),
  ]).toEqual([
    'llama-server -m m.gguf -fa on -c 512',
    'llama-server -m m.gguf',
    'llama-server -fa on -m m.gguf',
    'vllm serve m --enforce-eager',
    'vllm serve m',
  ])
})

test("a flag goes with the values that are its own by the engine's table, and with no others", () => {
  expect([
    changed('koboldcpp --noflashattention m.gguf --gpulayers 9', {
      names: ['--noflashattention'],
      value: undefined,
    }),
    changed('vllm serve --enforce-eager m', { names: ['--enforce-eager'], value: '' }),
    changed('koboldcpp --model m.gguf --tensor_split 7 3 --lowvram', {
      names: ['--tensor-split'],
      value: '1',
    }),
    changed('koboldcpp --moecpu m.gguf', { names: ['--moecpu'], value: '12' }),
    changed('llama-server -fa off -m m.gguf', { names: ['-fa'], value: 'on' }),
    changed('torchrun train.py --lr -1 x', { names: ['--lr'], value: undefined }),
  ]).toEqual([
    'koboldcpp m.gguf --gpulayers 9',
    'vllm serve --enforce-eager m',
    'koboldcpp --model m.gguf --tensor_split 1 --lowvram',
    'koboldcpp --moecpu 12 m.gguf',
    'llama-server -fa on -m m.gguf',
    'torchrun train.py x',
  ])
})

test('what a shell would take apart is quoted', () => {
  expect(shellCommand(['llama-server', '-m', 'my model.gguf', '-ot', "exps=CPU;rm -rf 'x'"])).toBe(
    String.raw`llama-server -m 'my model.gguf' -ot 'exps=CPU;rm -rf '\''x'\'''`,
  )
})
