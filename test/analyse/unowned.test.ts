import { describe, expect, test } from 'vitest'
import type { GpuState } from '../../src/model/frame.ts'
import { frames, sampleAt } from '../support/fold.ts'
import { nvidiaSmiXml, type XmlGpu } from '../support/nvidia-smi-xml.ts'

const INIT = '1 0 0 2 12288 systemd\n77 1 0 900 1024 bash\n'
const CONTAINER = '1 0 0 2 12288 bash\n77 1 0 900 1024 python3\n'

/** The card after these documents, two seconds apart. */
function cardAfter(processes: string, ...gpus: readonly XmlGpu[]): GpuState | undefined {
  return frames(
    gpus.map((gpu, at) => sampleAt(2 * at, { processes, 'nvidia-smi': nvidiaSmiXml({ gpus: [gpu] }) })),
  ).at(-1)?.gpus[0]
}

describe('memory that no listed process holds', () => {
  test.each<[string, string, readonly XmlGpu[], GpuState['unownedReason']]>([
    ['is the driver’s own up to half a GiB', INIT, [{ usedMiB: 512 }], 'driver'],
    ['is nothing to speak of where there is none', INIT, [{ usedMiB: 0 }], undefined],
    [
      'belongs to hidden processes where the first process here is no init',
      CONTAINER,
      [{ usedMiB: 9000 }],
      'pid-namespace',
    ],
    ['is of an unknown owner on a plain machine', INIT, [{ usedMiB: 9000 }], 'unknown'],
    ['is of an unknown owner where nothing is known of the machine', '', [{ usedMiB: 9000 }], 'unknown'],
    [
      'is of a process that has just gone, whose memory may take a while to come back',
      INIT,
      [{ usedMiB: 9000, processes: [{ pid: 77, name: 'a', usedMiB: 9000 }] }, { usedMiB: 9000 }],
      'exited-process',
    ],
  ])('%s', (_, processes, gpus, reason) => {
    expect(cardAfter(processes, ...gpus)?.unownedReason).toBe(reason)
  })

  test('of an exited process is of an unknown owner after a minute', () => {
    const holding = { usedMiB: 9000, processes: [{ pid: 77, name: 'a', usedMiB: 9000 }] }
    const gone = Array.from({ length: 32 }, () => ({ usedMiB: 9000 }))
    expect(cardAfter(INIT, holding, ...gone)?.unownedReason).toBe('unknown')
  })

  test.each([
    ['pid:[4026531836]', CONTAINER, 'unknown'],
    ['pid:[4026532500]', INIT, 'pid-namespace'],
    ['', CONTAINER, 'pid-namespace'],
  ])('is proved by the link of the PID namespace: %j', (namespace, processes, reason) => {
    const parts = {
      processes,
      'pid-namespace': namespace,
      'nvidia-smi': nvidiaSmiXml({ gpus: [{ usedMiB: 9000 }] }),
    }
    expect(frames([sampleAt(0, parts)])[0]?.gpus[0]?.unownedReason).toBe(reason)
  })

  test('and belongs to hidden processes is a fault that says how to see them', () => {
    const documents = [
      sampleAt(0, {
        processes: CONTAINER,
        'nvidia-smi': nvidiaSmiXml({ gpus: [{ usedMiB: 9000 }, { usedMiB: 3 }] }),
      }),
    ]
    expect(frames(documents)[0]?.faults).toEqual([{ fault: { kind: 'pid-namespace', gpus: 1 }, ageMs: 0 }])
  })
})
