import { describe, expect, test } from 'vitest'
import { flagValue, hasFlag, programOf, type Program } from '../../src/engines/program.ts'

/** Command lines are written as people type them; a blank separates arguments. */
function words(line: string): readonly string[] {
  return line.split(' ')
}

describe('the program behind a command line', () => {
  test.each<[string, Program['kind'], string, string]>([
    ['/usr/bin/llama-server -m a.gguf', 'executable', 'llama-server', '-m a.gguf'],
    ['/opt/venv/bin/python3 /opt/venv/bin/vllm serve M', 'script', 'vllm', 'serve M'],
    [
      'python3.11 -m vllm.entrypoints.openai.api_server --model M',
      'module',
      'vllm.entrypoints.openai.api_server',
      '--model M',
    ],
    ['python -u -O train.py --epochs 3', 'script', 'train.py', '--epochs 3'],
    ['python3 -X faulthandler -W ignore -m sglang.launch_server', 'module', 'sglang.launch_server', ''],
    ['python3 -Xdev -Wignore serve.py --port 1', 'script', 'serve.py', '--port 1'],
    ['python3 -um vllm serve', 'module', 'vllm', 'serve'],
    ['python3 -mvllm serve', 'module', 'vllm', 'serve'],
    ['vim vllm.py', 'executable', 'vim', 'vllm.py'],
    ['grep -r transformers .', 'executable', 'grep', '-r transformers .'],
    ['VLLM::EngineCore', 'executable', 'VLLM::EngineCore', ''],
    ['python-config --libs', 'executable', 'python-config', '--libs'],
  ])('%s', (line, kind, name, args) => {
    expect(programOf(words(line))).toEqual({ kind, name, args: args === '' ? [] : words(args) })
  })

  test.each([
    'python3',
    'python3 -c import_vllm;serve()',
    'python3 -Ic x',
    'python3 -m',
    'python3 -u',
    'python3 - a.py',
  ])('there is none in «%s»: the interpreter runs no file of its own', (line) => {
    expect(programOf(words(line))).toBeUndefined()
  })

  test('there is none in an empty command line', () => {
    expect(programOf([])).toBeUndefined()
    expect(programOf([''])).toEqual({ kind: 'executable', name: '', args: [] })
  })
})

describe('a flag', () => {
  test.each([
    ['--force-model M', 'M'],
    ['--force-model=M', 'M'],
    ['--force_model=M', 'M'],
    ['--a 1 --force_model M --b', 'M'],
    ['--force-model=a=b', 'a=b'],
    ['--force-model=', ''],
    ['--force-model', undefined],
    ['--force-models M', undefined],
    ['-force-model M', undefined],
    ['force-model M', undefined],
  ])('«%s» says %s', (line, value) => {
    expect(flagValue(words(line), 'force-model')).toBe(value)
  })

  test('stands for the settings of llmtop with dashes or underscores alike', () => {
    expect(flagValue(['--max-model-len', '16384'], 'max_model_len')).toBe('16384')
  })

  test('without a value is there or not', () => {
    expect(hasFlag(['serve', '--continuous_batching'], 'continuous-batching')).toBe(true)
    expect(hasFlag(['serve', 'continuous-batching', '--continuous'], 'continuous-batching')).toBe(false)
  })
})
