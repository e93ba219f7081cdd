import { describe, expect, test } from 'vitest'
import { cutElement } from '../../src/parse/cut-element.ts'
import { nvidiaSmiPids } from '../../src/parse/nvidia-smi-reduce.ts'
import { parseNvidiaSmi } from '../../src/parse/nvidia-smi.ts'
import { reduce } from '../../src/parse/reducers.ts'
import { TWO_GPUS } from './nvidia-smi-documents.ts'

describe('a document of nvidia-smi is kept', () => {
  test('without its clock tables, and reads the same', () => {
    const reduced = reduce('nvidia-smi', TWO_GPUS)
    expect(reduced).not.toContain('supported_')
    expect(reduced.length).toBe(TWO_GPUS.replace(/<supported_clocks>[^]*?<\/supported_clocks>/g, '').length)
    expect(parseNvidiaSmi(reduced).answer).toEqual(parseNvidiaSmi(TWO_GPUS).answer)
    expect(reduce('nvidia-smi', reduced)).toBe(reduced)
  })

  test('without secrets in the names of its processes', () => {
    const name = 'vllm serve m --api-key &quot;a&amp;b&quot; --port 80 &lt;x&gt;'
    const reduced = reduce('nvidia-smi', TWO_GPUS.replace('VLLM::Worker_TP1', name))
    expect(reduced).toContain(
      '<process_name>vllm serve m --api-key &quot;***&quot; --port 80 &lt;x&gt;</process_name>',
    )
    expect(reduced).toContain('/opt/a &amp; b/say &quot;hi&quot; &lt;you&gt;')
  })

  test('as torn as it was', () => {
    const torn = TWO_GPUS.slice(0, TWO_GPUS.indexOf('</supported_clocks>'))
    expect(reduce('nvidia-smi', torn)).toBe(torn)
  })

  test('and names its processes, each once, without those that accounting remembers', () => {
    expect(nvidiaSmiPids(TWO_GPUS + TWO_GPUS)).toEqual([4242, 5150])
    expect(nvidiaSmiPids('Failed to initialize NVML: Timeout')).toEqual([])
  })
})

test('an element is cut wherever it is closed', () => {
  expect(cutElement('a<x>1</x>b<xy>2</xy>c<x>3</x>', 'x')).toBe('ab<xy>2</xy>c')
  expect(cutElement('a<x>1', 'x')).toBe('a<x>1')
})

describe('of an environment', () => {
  const environment = [
    ...[
      'OLLAMA_NUM_PARALLEL=2',
      'LLAMA_ARG_CTX_SIZE=4096',
      'HF_HOME=/models\n/x',
      'PYTORCH_ALLOC_CONF=a:b,c:d',
    ],
    ...[
      'HF_TOKEN=hf_x',
      'OLLAMA_API_KEY=k',
      'LLAMA_ARG_HF_TOKEN=t',
      'LLAMA_API_KEY=k',
      'AWS_SECRET_ACCESS_KEY=s',
    ],
    ...[
      'PATH=/bin',
      'MY_CUDA_VISIBLE_DEVICES=1',
      'CUDA_VISIBLE_DEVICES=',
      'OLLAMA_HOST=http://me:pw@h:1',
      'OLLAMA_',
      '=x',
    ],
  ].join('\0')
  const kept = [
    ...[
      'OLLAMA_NUM_PARALLEL=2',
      'LLAMA_ARG_CTX_SIZE=4096',
      'HF_HOME=/models\ufffd/x',
      'PYTORCH_ALLOC_CONF=a:b,c:d',
    ],
    ...['CUDA_VISIBLE_DEVICES=', 'OLLAMA_HOST=http://me:***@h:1', ''],
  ].join('\n')

  test('only what decides memory is kept, one variable per line', () => {
    expect(reduce('allowed-environment', `${environment}\0`)).toBe(kept)
  })

  test('what was kept stays as it is', () => {
    expect(reduce('allowed-environment', kept)).toBe(kept)
    expect(reduce('allowed-environment', '')).toBe('')
  })
})
