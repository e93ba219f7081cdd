import { describe, expect, test } from 'vitest'
import { claimOn, wanted } from '../support/engine-answers.ts'

describe.each([
  ['llama-server -m /m/a.gguf --api-key ***', '127.0.0.1 8080', 'http/127.0.0.1:8080/props 2000'],
  ['llama-server -m /m/a.gguf --api-key-file /k', '127.0.0.1 8080', 'http/127.0.0.1:8080/props 2000'],
  ['vllm serve M --api-key ***', '127.0.0.1 8000', 'http/127.0.0.1:8000/v1/models once'],
  [
    'python -m sglang.launch_server --model M --api-key *** --enable-metrics',
    '127.0.0.1 30000',
    'http/127.0.0.1:30000/metrics 2000',
  ],
])('%s', (command, address, page) => {
  test('is asked for what wants a key only where the user gave one for its address', () => {
    const claim = claimOn([command])
    expect(wanted(claim)).not.toContain(page)
    expect(wanted(claim, { keys: `10.0.0.5 80\n${address}\n` })).toContain(page)
    expect(wanted(claim, { keys: `${address}0\n` })).not.toContain(page)
  })
})
