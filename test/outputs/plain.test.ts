import { describe, expect, test } from 'vitest'
import { plainText, type Paper } from '../../src/outputs/plain.ts'
import { displayWidth } from '../../src/view/width.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const PIPE: Paper = { columns: undefined, ascii: false }
const SERVE = 'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384'

function linesOn(paper: Paper): readonly string[] {
  return plainText(twoH100().frame, paper).trimEnd().split('\n')
}

describe('a frame as text', () => {
  test.each([80, 120])('in ASCII says temperatures in C, at %i columns', (columns) => {
    const text = linesOn({ columns, ascii: true }).join('\n')
    expect(text.match(/\d\d ?C+(?=  )/g)).toEqual(columns === 80 ? ['54C', '71C'] : ['54 C', '71 C'])
  })

  test('on a terminal keeps to its columns, all but the commands, which are there to be copied', () => {
    const lines = linesOn({ columns: 80, ascii: true })
    expect(lines.slice(5).join('\n')).toBe(
      ` #weights =KV -reserved +activ. %dynamic /others |ceiling    RAM 65/251G swap 0
     PID GPU  ENGINE       MODEL             VRAM KV USED/CAP   FULL IN RISKv
    9120 1    transformers Qwen3-14B        59.8G  dyn. 32.3G   4-6 min ! oom
    4200 0    vllm         Llama-3.1-8B-I~  69.9G  41.8/52.3G 20-35 min o kv
    2210 0,1  -            Xorg              0.2G
critical: GPU 1 runs out of memory in 4-6 min: transformers 9120 (alice) grows
  3.6 GiB/min, 18.1 left. It then fails.
  to do: smaller batch, or a quantized KV cache (frees about 15.0 GiB, needs a
    restart)
watch: vLLM 4200: KV pool 80 %, full in about 26 min if it goes on. Then
  requests are preempted: slower, no crash.
  to do: at the proxy: at most 24 requests at once keeps the pool under 75 %
    (no restart)
  to do: use the unused budget (adds 24,500 tokens, needs a restart)
    ${SERVE} --gpu-memory-utilization .95
  to do: FP8 KV cache (adds 428,416 tokens, near lossless when calibrated,
    needs a restart)
    ${SERVE} --kv-cache-dtype fp8`,
    )
    const wide = lines.filter((line) => line.length > 80)
    expect(wide.map((line) => line.trim().startsWith(SERVE))).toEqual([true, true])
  })

  test('in a pipe has tables of 120 columns, and a sentence a line', () => {
    const lines = linesOn(PIPE)
    const sentences = lines.findIndex((line) => line.startsWith('critical'))
    expect(Math.max(...lines.slice(0, sentences).map(displayWidth))).toBe(120)
    expect(lines[sentences + 2]).toBe(
      'watch: vLLM 4200: KV pool 80 %, full in about 26 min if it goes on. Then requests are preempted: slower, no crash.',
    )
  })

  test('has no cursor', () => {
    expect(linesOn(PIPE).join('\n')).not.toContain('▸')
  })
})
