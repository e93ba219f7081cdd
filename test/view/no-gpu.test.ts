import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame, UnownedReason } from '../../src/model/frame.ts'
import { LIVE_LINK } from '../../src/model/sample.ts'
import type { PanelId } from '../../src/view/panel.ts'
import { PANELS } from '../../src/view/panels/index.ts'
import { frameWith, gpuWith, sceneOf } from '../support/scene.ts'

function text(panel: PanelId, frame: Frame, columns = 80): readonly string[] {
  const { lines } = PANELS[panel].view(sceneOf([frame]), { columns, rows: 6 })
  return lines.map((line) =>
    line
      .map((part) => part.text)
      .join('')
      .trim(),
  )
}

const UNANSWERED: Partial<Frame> = { gpuSample: missing('not-yet-known') }
const DEMO = "to see what llmtop shows of GPUs, try 'llmtop demo'"
const SLOW = 'it takes a few seconds where persistence mode is off: cards are woken first'

describe('where no GPU is shown', () => {
  test.each<[what: string, frame: Partial<Frame>, why: string, hint: string]>([
    ['nvidia-smi was just started', UNANSWERED, 'waiting for nvidia-smi', SLOW],
    [
      'nvidia-smi has not answered for seconds',
      { ...UNANSWERED, elapsedMs: 4000 },
      'waiting for nvidia-smi, 4.0 s so far',
      SLOW,
    ],
    [
      'nvidia-smi may hang',
      { ...UNANSWERED, elapsedMs: 16_000 },
      'waiting for nvidia-smi, 16 s so far',
      "try 'nvidia-smi' by hand: does it answer there?",
    ],
    [
      'nvidia-smi of another machine may hang',
      { ...UNANSWERED, elapsedMs: 16_000, source: { kind: 'ssh', label: 'node7' } },
      'waiting for nvidia-smi on node7, 16 s so far',
      "try 'nvidia-smi' on node7 by hand: does it answer there?",
    ],
    [
      'a host is being connected to',
      { ...UNANSWERED, link: { ...LIVE_LINK, state: 'connecting' } },
      'no GPU to show: node7 has not answered yet',
      DEMO,
    ],
    [
      'nvidia-smi is not there, as the fault above says',
      { ...UNANSWERED, faults: [{ fault: { kind: 'command-not-found', command: 'nvidia-smi' }, ageMs: 0 }] },
      'no GPU to show',
      DEMO,
    ],
    [
      'a log that the user named is not there',
      { ...UNANSWERED, faults: [{ fault: { kind: 'not-found', what: "'/x.log'" }, ageMs: 0 }] },
      'waiting for nvidia-smi',
      SLOW,
    ],
    ['nvidia-smi has counted them', {}, 'no GPU to show: nvidia-smi reports none', DEMO],
    [
      'Prometheus knows of none',
      { source: { kind: 'prometheus', label: 'node7' } },
      'no GPU to show: Prometheus knows of none there',
      DEMO,
    ],
  ])('%s', (_, changes, why, hint) => {
    const frame = frameWith(changes)
    expect(text('gpus', frame)).toEqual([`${why}; below is the memory of the host`, hint])
    expect(text('gpu-facts', frame)).toEqual([why, hint])
  })

  test('no host memory is announced before it is known', () => {
    const { hostMemory } = frameWith({})
    const unknown = { ...hostMemory, totalBytes: missing('not-yet-known') }
    expect(text('gpus', frameWith({ ...UNANSWERED, hostMemory: unknown }))[0]).toBe('waiting for nvidia-smi')
  })

  test('nobody says that all is well, unless there is no nvidia-smi', () => {
    const NO_COMMAND = [{ fault: { kind: 'command-not-found', command: 'nvidia-smi' }, ageMs: 0 }] as const
    expect(text('header', frameWith(UNANSWERED))[0]).toMatch(/\? no GPU seen {2}12:31:07$/)
    expect(text('header', frameWith({ ...UNANSWERED, faults: NO_COMMAND }))[0]).toMatch(/✓ ok {2}12:31:07$/)
    expect(text('header', frameWith({ gpus: [gpuWith(0, {})] }))[0]).toMatch(/✓ ok {2}12:31:07$/)
  })
})

test.each<[reason: UnownedReason | undefined, overview: string, card: string]>([
  [
    'unknown',
    "68.0 GiB of GPU memory are in use, but no process is listed: 'sudo fuser -v",
    'none is listed, although its memory is in use',
  ],
  [
    'pid-namespace',
    'the processes are in another PID namespace; start the container with',
    'its processes are in another PID namespace, not seen here',
  ],
  [
    'exited-process',
    'no process holds GPU memory any more; that of one that has ended is not yet',
    'none any more; memory of one that has ended is not yet given back',
  ],
  [
    undefined,
    'no process holds GPU memory yet: start a model, and it appears here with what',
    'no process holds memory of this GPU',
  ],
])('a table without processes says whose memory is in use: %s', (unownedReason, overview, card) => {
  const gpu = gpuWith(0, { unownedBytes: known(gibibytes(68)), unownedReason })
  const frame = frameWith({ gpus: [gpu] })
  expect(text('processes', frame)[1]).toBe(overview)
  expect(text('gpu-processes', frame)).toEqual([card])
})
