import { expect, test } from 'vitest'
import { known, missing } from '../../../src/core/reading.ts'
import { mebibytes } from '../../../src/core/units.ts'
import type { Gpu } from '../../../src/model/snapshot.ts'
import { parseNvidiaSmiCsv } from '../../../src/parse/nvidia-smi-csv/document.ts'

const not = missing('not-reported', 'not in this log')

function gpusOf(...lines: readonly string[]): readonly Gpu[] {
  const answer = parseNvidiaSmiCsv(lines.join('\n'))
  if (answer.kind === 'fault') throw new Error('no document')
  return answer.document.gpus
}

test('the columns of a log are told, and what it has not is missing for that reason', () => {
  expect(
    gpusOf(
      'index, name, pci.bus_id, utilization.gpu [%], memory.used [MiB], memory.free [MiB], memory.total [MiB], fan.speed [%]',
      '0, NVIDIA GeForce RTX 2070, 00000000:01:00.0, 22 %, 841 MiB, 7140 MiB, 8192 MiB, [N/A]',
    ),
  ).toEqual([
    {
      index: 0,
      uuid: '00000000:01:00.0',
      name: 'NVIDIA GeForce RTX 2070',
      busId: '00000000:01:00.0',
      architecture: not,
      unifiedMemory: false,
      persistenceMode: not,
      driverModel: not,
      memory: {
        totalBytes: known(mebibytes(8192)),
        usedBytes: known(mebibytes(841)),
        freeBytes: known(mebibytes(7140)),
        reservedBytes: not,
      },
      utilization: { gpuPercent: known(22), memoryPercent: not },
      temperatureCelsius: not,
      powerWatts: not,
      powerLimitWatts: not,
      fanPercent: missing('not-supported'),
      throttle: [],
      recoveryAction: not,
      clocks: { smMHz: not, memoryMHz: not },
      performanceState: not,
      pcie: { rxBytesPerSecond: not, txBytesPerSecond: not },
      mig: { enabled: not, devices: [] },
      processes: not,
    },
  ])
})

test('columns may stand in any order, without units, and under older names', () => {
  const [gpu] = gpusOf(
    'memory.free [MiB], gpu_uuid, clocks.sm [MHz], power.draw, memory.used',
    '7140, GPU-1a, 1980, 74.01, 841',
  )
  expect([
    gpu?.uuid,
    gpu?.memory.usedBytes,
    gpu?.memory.freeBytes,
    gpu?.clocks.smMHz,
    gpu?.powerWatts,
  ]).toEqual(['GPU-1a', known(mebibytes(841)), known(mebibytes(7140)), known(1980), known(74.01)])
})

test('of used, free and total two say the third', () => {
  const [twoOf, other] = gpusOf('index, memory.used, memory.free', '0, 1, 2', '1, 3, 4')
  expect([twoOf?.memory.totalBytes, other?.memory.totalBytes]).toEqual([
    known(mebibytes(3), 'derived'),
    known(mebibytes(7), 'derived'),
  ])
  const [used] = gpusOf('index, memory.used, memory.total', '0, 1, 3')
  expect(used?.memory.freeBytes).toEqual(known(mebibytes(2), 'derived'))
})

test("a script's own column of cards counts before an index that says nothing", () => {
  const gpus = gpusOf('gpu, index, memory.used', '0, 0, 1', '1, 0, 2')
  expect(gpus.map(({ index, uuid }) => [index, uuid])).toEqual([
    [0, 'gpu-0'],
    [1, 'gpu-1'],
  ])
})

test('words of the driver in a cell are kept as the reason', () => {
  const [gpu] = gpusOf('index, utilization.gpu [%], memory.used [MiB]', '0, [GPU requires reset], 0 MiB')
  expect(gpu?.utilization.gpuPercent).toEqual(missing('not-reported', 'GPU requires reset'))
})

test('a row that was cut is no row', () => {
  expect(parseNvidiaSmiCsv('index, memory.used [MiB]\n0, 841 MiB\n1')).toEqual({
    kind: 'fault',
    fault: { kind: 'malformed', part: 'nvidia-smi-csv', where: 'row 2', found: '1' },
  })
})
