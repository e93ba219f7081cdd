import { describe, expect, test } from 'vitest'
import { lastFrame, sampleAt, type Parts } from '../support/fold.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'

const ID = '0123456789ab'.padEnd(64, 'c')
const CONTAINED: Parts = {
  'nvidia-smi': nvidiaSmiXml({ gpus: [{ processes: [{ pid: 50, name: 'vllm', usedMiB: 1000 }] }] }),
  'proc/50/stat': '50 (vllm) S 1 1 1 0 -1 0 0 0 0 0 10 10 0 0 20 0 1 0 100 0 100 0\n',
  'proc/50/cmdline': 'vllm\0serve\0M\0',
  'proc/50/cgroup': `0::/system.slice/docker-${ID}.scope\n`,
}

function containerAfter(...samples: readonly Parts[]): unknown {
  return lastFrame(samples.map((parts, at) => sampleAt(2 * at, parts))).workloads[0]?.container
}

describe('the container of a workload', () => {
  test('has a short id, and no name that nobody asked for', () => {
    expect(containerAfter(CONTAINED)).toEqual({ id: '0123456789ab', name: undefined })
  })

  test('has its name when the list of containers comes, at once or later, and keeps it', () => {
    const names = { containers: `${ID} llama-70b\n${'f'.repeat(64)} other\n` }
    const named = { id: '0123456789ab', name: 'llama-70b' }
    expect(containerAfter({ ...CONTAINED, ...names })).toEqual(named)
    expect(containerAfter(CONTAINED, names)).toEqual(named)
    expect(containerAfter(names, CONTAINED)).toEqual(named)
    expect(containerAfter(CONTAINED, names, { containers: `${'f'.repeat(64)} other\n` })).toEqual(named)
  })

  test.each(['', 'abc llama\n', `${ID}\n`, 'Cannot connect to the Docker daemon\n'])(
    'has none after %j',
    (containers) => {
      expect(containerAfter({ ...CONTAINED, containers })).toEqual({ id: '0123456789ab', name: undefined })
    },
  )

  test('has a name without control characters', () => {
    expect(containerAfter({ ...CONTAINED, containers: `${ID} a\u001b[2Jb\n` })).toEqual({
      id: '0123456789ab',
      name: 'a\ufffd[2Jb',
    })
  })
})
