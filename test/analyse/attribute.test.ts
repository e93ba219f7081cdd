import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Frame, GpuState } from '../../src/model/frame.ts'
import { fixtureText } from '../support/fixtures.ts'
import { lastFrame, sampleAt, type Parts } from '../support/fold.ts'
import { nvidiaSmiXml, type XmlGpu } from '../support/nvidia-smi-xml.ts'
import { ON_DEMAND } from '../support/scenarios.ts'

function frameOf(gpus: readonly XmlGpu[], parts: Parts = {}): Frame {
  return lastFrame([sampleAt(0, { 'nvidia-smi': nvidiaSmiXml({ gpus }), ...parts })])
}

function only(frame: Frame): GpuState {
  const [gpu] = frame.gpus
  if (gpu === undefined) throw new Error('no GPU')
  return gpu
}

/** What /proc shows of a process and its parent. */
function proc(pid: number, parent: number, command: string): Parts {
  return {
    [`proc/${pid}/stat`]: `${pid} (python3) S ${parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 ${pid} 0 256 0\n`,
    [`proc/${pid}/status`]: 'Uid:\t0\t0\t0\t0\nVmRSS:\t 1024 kB\n',
    [`proc/${pid}/cmdline`]: `${command.replaceAll(' ', '\0')}\0`,
  }
}

describe('memory is divided', () => {
  test('among the processes of known engines, the others, and what nobody owns', () => {
    const gpu = only(
      frameOf(
        [
          {
            usedMiB: 1512,
            processes: [
              { pid: 9, name: 'transformers', usedMiB: 1000 },
              { pid: 8, name: 'Xorg', type: 'G', usedMiB: 500 },
            ],
          },
        ],
        proc(9, 1, ON_DEMAND),
      ),
    )
    expect({
      attributed: gpu.attributedBytes,
      other: gpu.otherBytes,
      unowned: gpu.unownedBytes,
      because: gpu.unownedReason,
    }).toEqual({
      attributed: known(mebibytes(1000), 'derived'),
      other: known(mebibytes(512), 'derived'),
      unowned: known(mebibytes(12), 'derived'),
      because: 'driver',
    })
  })

  test('so that unowned memory is never negative, though a driver may count a process higher than the card', () => {
    const gpu = only(frameOf([{ usedMiB: 900, processes: [{ pid: 8, name: 'a', usedMiB: 1000 }] }]))
    expect(gpu).toMatchObject({ unownedBytes: known(0, 'derived'), unownedReason: undefined })
  })

  test('into nothing known where the driver lists no processes at all: that is not zero', () => {
    const text = nvidiaSmiXml({ gpus: [{ usedMiB: 900 }] }).replace(
      /<processes>[^]*<\/processes>/,
      '<processes>N/A</processes>',
    )
    const gpu = only(lastFrame([sampleAt(0, { 'nvidia-smi': text })]))
    expect([gpu.attributedBytes, gpu.otherBytes, gpu.unownedBytes, gpu.unownedReason]).toEqual([
      missing('not-supported'),
      missing('not-supported'),
      missing('not-supported'),
      undefined,
    ])
  })

  test('into attributed and other only, where the driver tells no memory of a process (WDDM)', () => {
    const frame = frameOf([{ usedMiB: 900, processes: [{ pid: 8, name: 'C:\\python.exe' }] }])
    expect(only(frame).unownedBytes).toEqual(missing('not-supported'))
    expect(frame.workloads[0]?.memory.usedBytes).toEqual(missing('not-supported'))
    expect(frame.workloads[0]?.memory.slices.unexplainedBytes).toEqual(missing('not-supported'))
  })

  test('under MIG without counting a process twice that the driver lists twice', () => {
    const frame = lastFrame([sampleAt(0, { 'nvidia-smi': fixtureText('nvidia-smi/mig-with-processes.xml') })])
    expect(
      frame.workloads.map(({ rootPid, memory }) => [
        valueOr(rootPid, 0),
        valueOr(memory.usedBytes, 0) / mebibytes(1),
      ]),
    ).toEqual([
      [6001, 30_460],
      [6002, 480],
    ])
    expect(only(frame).unownedBytes).toEqual(known(mebibytes(31_030 - 30_460 - 480), 'derived'))
  })
})

describe('a workload', () => {
  const twoCards: readonly XmlGpu[] = [
    { processes: [{ pid: 21, name: 'worker', usedMiB: 300 }] },
    {
      processes: [
        { pid: 22, name: 'worker', usedMiB: 400 },
        { pid: 7, name: 'Xorg', usedMiB: 5 },
      ],
    },
  ]
  const parts = {
    ...proc(20, 1, ON_DEMAND),
    ...proc(21, 20, 'worker 0'),
    ...proc(22, 20, 'worker 1'),
    users: '0:root\n',
  }

  test('is all processes under one root, on whatever cards', () => {
    const [engine, other] = frameOf(twoCards, parts).workloads
    expect(engine).toMatchObject({
      id: 'transformers:20',
      rootPid: known(20),
      pids: [20, 21, 22],
      user: known('root'),
      memory: {
        usedBytes: known(mebibytes(700), 'derived'),
        residentBytes: known(mebibytes(3), 'derived'),
        perGpu: [
          { usedBytes: known(mebibytes(300), 'derived') },
          { usedBytes: known(mebibytes(400), 'derived') },
        ],
      },
    })
    expect(other).toMatchObject({
      id: 'unknown:7',
      pids: [7],
      memory: { residentBytes: missing('not-reported') },
    })
  })

  test('is named by each of its processes', () => {
    const named = frameOf(twoCards, parts).gpus.flatMap(({ processes }) =>
      processes.kind === 'known' ? processes.value.map(({ pid, workload }) => [pid, workload]) : [],
    )
    expect(named).toEqual([
      [21, 'transformers:20'],
      [22, 'transformers:20'],
      [7, 'unknown:7'],
    ])
  })

  test('of which no part is known is unexplained as a whole', () => {
    const [engine] = frameOf(twoCards, parts).workloads
    expect(engine?.memory.slices.unexplainedBytes).toEqual(known(mebibytes(700), 'derived'))
  })

  test('that /proc does not show goes by the driver’s name for it', () => {
    const [workload] = frameOf([{ processes: [{ pid: 8, name: '/opt/bin/job', usedMiB: 1 }] }]).workloads
    expect(workload).toMatchObject({
      id: 'unknown:8',
      command: ['/opt/bin/job'],
      user: missing('not-reported'),
    })
  })
})
