import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Gpu } from '../../src/model/snapshot.ts'
import { BUSY, documentOf, fixture, gpuOf, IDLE, malformed, TWO_GPUS } from './nvidia-smi-documents.ts'

describe('a document', () => {
  test('is read whole: every field of a card in its unit', () => {
    const { gpus, ...head } = documentOf(TWO_GPUS)
    expect(head).toEqual({ driverVersion: known('575.57.08'), cudaVersion: known('12.9'), faults: [] })
    expect(gpus[1]).toEqual({
      index: 1,
      uuid: BUSY,
      name: 'NVIDIA H100 80GB HBM3',
      busId: '00000000:2A:00.0',
      architecture: known('Hopper'),
      unifiedMemory: false,
      persistenceMode: known(true),
      driverModel: missing('not-supported'),
      memory: {
        totalBytes: known(mebibytes(81559)),
        reservedBytes: known(mebibytes(551)),
        usedBytes: known(mebibytes(73400)),
        freeBytes: known(mebibytes(7608)),
      },
      utilization: { gpuPercent: known(97), memoryPercent: known(12) },
      temperatureCelsius: known(61),
      powerWatts: known(688.42),
      powerLimitWatts: known(700),
      fanPercent: missing('not-supported'),
      throttle: ['sw_power_cap'],
      recoveryAction: known('None'),
      clocks: { smMHz: known(1980), memoryMHz: known(2619) },
      performanceState: known('P0'),
      pcie: { rxBytesPerSecond: known(12_000_000), txBytesPerSecond: known(830_000) },
      mig: { enabled: known(false), devices: [] },
      processes: known([
        {
          pid: 4242,
          type: 'C',
          name: 'VLLM::Worker_TP1',
          usedBytes: known(mebibytes(73012)),
          gpuInstanceId: missing('not-supported'),
          computeInstanceId: missing('not-supported'),
        },
        {
          pid: 5150,
          type: 'C+G',
          name: '/opt/a & b/say "hi" <you>',
          usedBytes: known(mebibytes(380)),
          gpuInstanceId: missing('not-supported'),
          computeInstanceId: missing('not-supported'),
        },
      ]),
    })
  })

  test('shows GPUs by their minor number, whatever their order', () => {
    expect(documentOf(TWO_GPUS).gpus.map((gpu) => [gpu.index, gpu.uuid])).toEqual([
      [0, IDLE],
      [1, BUSY],
    ])
  })

  test('shows GPUs by their order where a minor number is missing or stands twice', () => {
    const inOrder = [
      [0, BUSY],
      [1, IDLE],
    ]
    for (const minors of [
      TWO_GPUS.replace('>1</minor', '>N/A</minor'),
      TWO_GPUS.replace('>1</minor', '>0</minor'),
    ]) {
      expect(documentOf(minors).gpus.map((gpu) => [gpu.index, gpu.uuid])).toEqual(inOrder)
    }
  })

  test('has no throttle reason in being idle', () => {
    expect(gpuOf(TWO_GPUS, IDLE).throttle).toEqual([])
  })

  test('with an empty process list has no processes, with N/A or without the list they are unknown', () => {
    const empty = '<processes>\n        </processes>'
    const gpuWith = (list: string): Gpu => gpuOf(TWO_GPUS.replace(empty, list), IDLE)
    expect(gpuWith(empty).processes).toEqual(known([]))
    expect(gpuWith('<processes>N/A</processes>').processes).toEqual(missing('not-supported'))
    expect(gpuWith('').processes).toEqual(missing('not-reported'))
    expect(gpuWith('<processes>Insufficient Permissions</processes>').processes).toEqual(
      missing('no-permission', 'Insufficient Permissions'),
    )
  })

  test('of the branch 340 lists compute processes without a type', () => {
    const entry =
      '<process_info><pid>99</pid><process_name>./solve</process_name><used_memory>61 MiB</used_memory></process_info>'
    const old = TWO_GPUS.replace(
      /<processes>\n {8}<\/processes>/,
      `<compute_processes>${entry}</compute_processes>`,
    )
    expect(gpuOf(old, IDLE).processes).toEqual(
      known([
        {
          pid: 99,
          type: 'C',
          name: './solve',
          usedBytes: known(mebibytes(61)),
          gpuInstanceId: missing('not-reported'),
          computeInstanceId: missing('not-reported'),
        },
      ]),
    )
  })

  test('keeps control characters out of names', () => {
    const named = TWO_GPUS.replace('VLLM::Worker_TP1', 'a&#10;b\u001b[2J&#27;c')
    const { processes } = gpuOf(named, BUSY)
    expect(processes.kind === 'known' && processes.value[0]?.name).toBe('a\ufffdb\ufffd[2Jc')
  })

  test('keeps names and pids as texts: 1e5 is no number', () => {
    const { processes } = gpuOf(TWO_GPUS.replace('VLLM::Worker_TP1', '1e5'), BUSY)
    expect(processes.kind === 'known' && processes.value[0]?.name).toBe('1e5')
  })
})

describe('fields that were renamed', () => {
  const powerOf = (block: string): unknown => {
    const { powerWatts, powerLimitWatts } = gpuOf(
      TWO_GPUS.replaceAll(/<gpu_power_readings>[^]*?<\/gpu_power_readings>/g, block),
      BUSY,
    )
    return [powerWatts, powerLimitWatts]
  }

  test('power is the instant draw, else the average, else the plain one, else that of the old block', () => {
    const instant = '<instant_power_draw>3 W</instant_power_draw>'
    const average = '<average_power_draw>2 W</average_power_draw>'
    const plain = '<power_draw>1.5 W</power_draw>'
    const limit = '<current_power_limit>9 W</current_power_limit>'
    const block = (inside: string): string => `<gpu_power_readings>${inside}</gpu_power_readings>`
    expect(powerOf(block(average + instant + plain + limit))).toEqual([known(3), known(9)])
    expect(powerOf(block(average + plain + limit))).toEqual([known(2), known(9)])
    expect(powerOf(block(plain + limit))).toEqual([known(1.5), known(9)])
    const old = '<power_draw>1 W</power_draw><power_limit>8 W</power_limit>'
    expect(powerOf(`<power_readings>${old}</power_readings>`)).toEqual([known(1), known(8)])
    const enforced = `${old}<enforced_power_limit>7 W</enforced_power_limit>`
    expect(powerOf(`<power_readings>${enforced}</power_readings>`)).toEqual([known(1), known(7)])
    expect(powerOf(block('<instant_power_draw>N/A</instant_power_draw>'))).toEqual([
      missing('not-supported'),
      missing('not-reported'),
    ])
  })

  test('throttle reasons are read under their old name', () => {
    expect(
      gpuOf(TWO_GPUS.replaceAll('clocks_event_reason', 'clocks_throttle_reason'), BUSY).throttle,
    ).toEqual(['sw_power_cap'])
  })

  test('the reset flags of older drivers become the recovery action', () => {
    const actionFrom = (required: string, drain: string): unknown =>
      gpuOf(
        TWO_GPUS.replaceAll(
          '<gpu_recovery_action>None</gpu_recovery_action>',
          `<gpu_reset_status><reset_required>${required}</reset_required><drain_and_reset_recommended>${drain}</drain_and_reset_recommended></gpu_reset_status>`,
        ),
        BUSY,
      ).recoveryAction
    expect(actionFrom('Yes', 'No')).toEqual(known('Reset', 'derived'))
    expect(actionFrom('No', 'Yes')).toEqual(known('Drain and Reset', 'derived'))
    expect(actionFrom('No', 'N/A')).toEqual(known('None', 'derived'))
    expect(actionFrom('N/A', 'N/A')).toEqual(missing('not-supported'))
  })

  test('a driver before 510 reports no reserved memory', () => {
    expect(gpuOf(TWO_GPUS.replaceAll(/<reserved>.*<\/reserved>/g, ''), BUSY).memory.reservedBytes).toEqual(
      missing('not-reported'),
    )
  })
})

describe('MIG', () => {
  const gpu = documentOf(fixture('mig-with-processes')).gpus[0]

  test('devices have memory of their own', () => {
    expect(gpu?.mig).toEqual({
      enabled: known(true),
      devices: [migDevice(0, 1, [40448, 0, 30500, 9947]), migDevice(1, 5, [20096, 0, 500, 19595])],
    })
    expect(gpu?.memory.totalBytes).toEqual(known(mebibytes(81920)))
  })

  test('processes stand in their instances, one pid more than once', () => {
    const processes = gpu?.processes.kind === 'known' ? gpu.processes.value : []
    expect(
      processes.map(({ pid, gpuInstanceId, computeInstanceId }) => [pid, gpuInstanceId, computeInstanceId]),
    ).toEqual([
      [6001, known(1), known(0)],
      [6002, known(5), known(0)],
      [6002, missing('not-supported'), missing('not-supported')],
    ])
  })

  test('a device without ids is a fault, and the others stand', () => {
    const { gpus, faults } = documentOf(
      fixture('mig-with-processes').replace('>5</gpu_instance_id>', '>?</gpu_instance_id>'),
    )
    expect(gpus[0]?.mig.devices.map((device) => device.gpuInstanceId)).toEqual([1])
    expect(faults).toEqual([malformed('a MIG device of GPU 00000000:C1:00.0', 'no ids')])
  })
})

describe('unified memory', () => {
  test('is recognised by a frame buffer that is not there, and processes keep their memory', () => {
    const gpu = documentOf(fixture('unified-memory').replace('NVIDIA GB10', 'NVIDIA Graphics')).gpus[0]
    expect(gpu?.unifiedMemory).toBe(true)
    expect(gpu?.memory.totalBytes).toEqual(missing('not-supported'))
    expect(gpu?.processes.kind === 'known' && gpu.processes.value[0]?.usedBytes).toEqual(
      known(mebibytes(58450)),
    )
  })

  test('is recognised by the name of an integrated part that reports a small number', () => {
    const named = (name: string): boolean =>
      gpuOf(TWO_GPUS.replaceAll('NVIDIA H100 80GB HBM3', name), BUSY).unifiedMemory
    expect(
      ['NVIDIA GB10', 'NVIDIA N1X', 'NVIDIA Thor', 'Orin (nvgpu)', 'NVIDIA Jetson AGX'].map(named),
    ).toEqual(Array(5).fill(true))
    expect(['NVIDIA GB100', 'NVIDIA GH200 480GB', 'Tesla T4', 'Authority'].map(named)).toEqual(
      Array(4).fill(false),
    )
  })

  test('is not concluded from numbers that could not be read or were not printed', () => {
    const memoryless = (text: string): boolean =>
      gpuOf(TWO_GPUS.replaceAll('<total>81559 MiB</total>', text), BUSY).unifiedMemory
    expect(['<total>Unknown Error</total>', ''].map(memoryless)).toEqual([false, false])
  })
})

function migDevice(index: number, gpuInstanceId: number, mebibyteCounts: readonly number[]): unknown {
  const [totalBytes, reservedBytes, usedBytes, freeBytes] = mebibyteCounts.map((count) =>
    known(mebibytes(count)),
  )
  return {
    index,
    gpuInstanceId,
    computeInstanceId: 0,
    memory: { totalBytes, reservedBytes, usedBytes, freeBytes },
  }
}
