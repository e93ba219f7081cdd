import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import type { Frame } from '../../src/model/frame.ts'
import type { FaultPart } from '../../src/model/sample.ts'
import { frames, lastFrame, sampleAt } from '../support/fold.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'

const DOCUMENT = nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }, { usedMiB: 2000 }] })
const NEXT = nvidiaSmiXml({ gpus: [{ usedMiB: 1500 }, { usedMiB: 2500 }] })

function usedMib({ gpus }: Frame): readonly unknown[] {
  return gpus.map(({ memory: { usedBytes: used } }) => used.kind === 'known' && used.value / 1024 ** 2)
}

/** What a frame says of the age of its GPUs. */
function gpuAge({ gpuSample }: Frame): number | undefined {
  return gpuSample.kind === 'known' ? gpuSample.value.ageMs : undefined
}

describe('the GPU numbers', () => {
  test('are missing until nvidia-smi has answered once, while the host is already there', () => {
    const frame = lastFrame([sampleAt(0, { loadavg: '1.00 1.00 1.00 1/1 1\n' })])
    expect(frame).toMatchObject({
      gpus: [],
      gpuSample: missing('not-yet-known'),
      driver: { version: missing('not-yet-known') },
      hostLoad: { load1: known(1) },
    })
  })

  test('say what they cost and how old they are while a slow nvidia-smi lets the host go on alone', () => {
    const shown = frames([
      sampleAt(0, {
        'nvidia-smi': { kind: 'text', text: DOCUMENT, tookMs: 3900 },
        loadavg: '1.00 1 1 1/1 1\n',
      }),
      sampleAt(2, { loadavg: '2.00 1 1 1/1 1\n' }),
      sampleAt(4, { 'nvidia-smi': { kind: 'same' }, loadavg: '3.00 1 1 1/1 1\n' }),
      sampleAt(6, { 'nvidia-smi': { kind: 'text', text: NEXT, ageMs: 700 }, loadavg: '4.00 1 1 1/1 1\n' }),
    ])
    expect(shown.map(gpuAge)).toEqual([0, 2000, 4000, 700])
    expect(shown.map(usedMib)).toEqual([
      [1000, 2000],
      [1000, 2000],
      [1000, 2000],
      [1500, 2500],
    ])
    expect(shown.map(({ hostLoad }) => hostLoad.load1)).toEqual([1, 2, 3, 4].map((load) => known(load)))
    expect(shown[1]?.gpuSample).toEqual(known({ ageMs: 2000, tookMs: known(3900) }))
    expect(shown[3]?.gpuSample).toEqual(known({ ageMs: 700, tookMs: missing('not-reported') }))
  })

  test('stand when nvidia-smi dies, beside a fault whose age counts from its death', () => {
    const died = (exitCode: number): FaultPart => ({
      kind: 'fault',
      fault: { kind: 'command-failed', command: 'nvidia-smi', exitCode, lastLine: 'no way' },
    })
    const shown = frames([
      sampleAt(0, { 'nvidia-smi': DOCUMENT }),
      sampleAt(2, { 'nvidia-smi': died(9) }),
      sampleAt(4, {}),
      sampleAt(6, { 'nvidia-smi': died(255) }),
      sampleAt(8, { 'nvidia-smi': NEXT }),
    ])
    expect(shown.map(usedMib)).toEqual([...Array.from({ length: 4 }, () => [1000, 2000]), [1500, 2500]])
    expect(shown.map(gpuAge)).toEqual([0, 2000, 4000, 6000, 0])
    expect(shown.map(({ faults }) => faults.map(({ ageMs }) => ageMs))).toEqual([[], [0], [2000], [4000], []])
    expect(shown[3]?.faults[0]?.fault).toMatchObject({ kind: 'command-failed', exitCode: 255 })
  })

  test('stand when a document is cut: it is a fault, never a shorter list', () => {
    const cut = DOCUMENT.slice(0, DOCUMENT.lastIndexOf('<gpu '))
    const [, second] = frames([sampleAt(0, { 'nvidia-smi': DOCUMENT }), sampleAt(2, { 'nvidia-smi': cut })])
    expect(second && usedMib(second)).toEqual([1000, 2000])
    expect(second?.faults).toEqual([
      { fault: { kind: 'truncated', part: 'nvidia-smi', gpusSeen: 1 }, ageMs: 0 },
    ])
  })

  test('of a card that leaves the list, and the driver’s count with it, are missed until it comes back', () => {
    const both = [{ index: 0 }, { index: 1 }]
    const shown = frames(
      [both, [{ index: 0 }], [{ index: 0 }], both].map((gpus, at) =>
        sampleAt(2 * at, { 'nvidia-smi': nvidiaSmiXml({ gpus }) }),
      ),
    )
    const busId = shown[0]?.gpus[1]?.busId
    const gone = { kind: 'gpu-gone', gpu: 1, busId }
    expect(shown.map(({ faults }) => faults)).toEqual([
      [],
      [{ fault: gone, ageMs: 0 }],
      [{ fault: gone, ageMs: 2000 }],
      [],
    ])
  })

  test('of a card that can’t be read are missed once, by what the driver says of it', () => {
    const document = nvidiaSmiXml({ gpus: [{ index: 0 }, { index: 1 }] })
    const lost = document.replace(/<uuid>(?=(?:(?!<uuid>)[^])*$)[^<]*/, '<uuid>GPU is lost')
    const [, second] = frames([sampleAt(0, { 'nvidia-smi': document }), sampleAt(2, { 'nvidia-smi': lost })])
    expect(second?.faults.map(({ fault }) => fault.kind)).toEqual(['gpu-unreadable'])
  })

  test('with persistence mode off on a card are a fault that says what each start costs', () => {
    const gpus = [{ persistenceMode: false }, { persistenceMode: true }]
    const frame = lastFrame([0, 2].map((s) => sampleAt(s, { 'nvidia-smi': nvidiaSmiXml({ gpus }) })))
    expect(frame.faults).toEqual([{ fault: { kind: 'persistence-off', gpus: 1 }, ageMs: 2000 }])
  })
})

test('a file of /proc that can’t be read is a missing value and no fault; meminfo is one, for it is always there', () => {
  const gone: FaultPart = { kind: 'fault', fault: { kind: 'not-found', what: 'it' } }
  const frame = lastFrame([sampleAt(0, { 'pressure/memory': gone, 'proc/42/stat': gone, meminfo: gone })])
  expect(frame.faults).toEqual([{ fault: gone.fault, ageMs: 0 }])
  expect(frame.hostMemory.pressure.someAvg10Percent).toEqual(missing('not-reported'))
})

test('cards stand in the order of their indices, whatever the order of the document', () => {
  const gpus = [{ index: 1 }, { index: 0 }]
  expect(
    lastFrame([sampleAt(0, { 'nvidia-smi': nvidiaSmiXml({ gpus }) })]).gpus.map(({ index }) => index),
  ).toEqual([0, 1])
})

test('rows of a CSV log are a document of the cards that they name', () => {
  const { gpus } = lastFrame([
    sampleAt(0, {
      'nvidia-smi-csv': 'index, name, memory.used [MiB], memory.total [MiB]\n1, L4, 841 MiB, 23034 MiB',
    }),
  ])
  expect(gpus.map(({ index, name, memory }) => [index, name, memory.usedBytes])).toEqual([
    [1, 'L4', known(841 * 1024 ** 2)],
  ])
})
