import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { decodeText } from '../../src/parse/decode-bytes.ts'
import { reduceNvidiaSmi } from '../../src/parse/nvidia-smi-reduce.ts'
import { parseNvidiaSmi } from '../../src/parse/nvidia-smi.ts'
import type { Reading } from '../../src/core/reading.ts'
import type { DeviceMemory, Gpu, NvidiaSmi } from '../../src/model/snapshot.ts'

const FOLDER =
  process.env['LLMTOP_CORPUS'] === undefined ? undefined : join(process.env['LLMTOP_CORPUS'], 'nvidia-smi')
const FILES = FOLDER === undefined ? [] : readdirSync(FOLDER).sort()
const read = (file: string): string => decodeText(readFileSync(join(FOLDER ?? '', file)))

if (FOLDER === undefined) console.warn('the corpus suite is skipped: LLMTOP_CORPUS does not name a folder')

// Everything expected here is counted by plain regular expressions over the file, without the parser.
describe.skipIf(FOLDER === undefined)('documents of real cards (needs LLMTOP_CORPUS)', () => {
  test.each(FILES.filter((file) => file.endsWith('.xml')))('%s is read as it is', (file) => {
    const text = read(file)
    const document = documentIn(text)
    const blocks = text.match(/<gpu id=[^]*?<\/gpu>/g) ?? []
    expect(document.gpus.map(summaryOfGpu).sort(byUuid)).toEqual(blocks.map(summaryOfBlock).sort(byUuid))
    expect(valueOf(document.driverVersion)).toBe(textIn(text, 'driver_version'))

    const attached = numberIn(text, 'attached_gpus') ?? blocks.length
    const missing = { kind: 'gpus-missing', listed: blocks.length, attached }
    expect(document.faults).toEqual(attached > blocks.length ? [missing] : [])
  })

  test.each(FILES.filter((file) => file.endsWith('.xml')))('%s reads the same after the reducer', (file) => {
    const text = read(file)
    expect(documentIn(reduceNvidiaSmi(text))).toEqual(documentIn(text))
  })

  test.each(FILES.filter((file) => file.endsWith('.xml')))('%s with its end torn off is a fault', (file) => {
    const text = read(file)
    expect(parseNvidiaSmi(text.slice(0, text.lastIndexOf('</nvidia_smi_log>'))).answer).toMatchObject({
      kind: 'fault',
      fault: { kind: 'truncated' },
    })
  })
})

describe.skipIf(FOLDER === undefined)('texts instead of documents (needs LLMTOP_CORPUS)', () => {
  const troubles: Readonly<Record<string, string>> = {
    'csv-gpu-requires-reset.txt': 'reset-required',
    'err-device-handle-then-none.txt': 'gpu-unreadable 0000:01:00.0',
    'err-init-gpu-is-lost.txt': 'gpu-lost',
    'err-init-timeout.txt': 'timeout',
    'err-init-version-mismatch.txt': 'version-mismatch',
    'err-no-driver.txt': 'no-driver',
    'err-no-libnvidia-ml.txt': 'no-library',
    'err-table-device-handle-then-table.txt': 'gpu-unreadable 0000:34:00.0',
  }

  test.each(FILES.filter((file) => file.endsWith('.txt')))(
    '%s says what happened and what to try',
    (file) => {
      const { answer } = parseNvidiaSmi(read(file))
      const fault = answer.kind === 'fault' ? answer.fault : undefined
      const trouble = fault?.kind === 'driver-trouble' ? fault.trouble : undefined
      const lost = fault?.kind === 'gpu-unreadable' ? `gpu-unreadable ${fault.gpu}` : undefined
      expect(answer.kind).toBe('fault')
      if (file in troubles) expect(trouble ?? lost).toBe(troubles[file])
      expect(fault && describeFault(fault)).toMatch(/; | hang/)
    },
  )
})

interface Summary {
  readonly uuid: string
  readonly [field: string]: unknown
}

function summaryOfGpu(gpu: Gpu): Summary {
  return {
    uuid: gpu.uuid,
    name: gpu.name,
    busId: gpu.busId,
    minor: gpu.index,
    memory: mebibytesOf(gpu.memory),
    reserved: mebibytes(gpu.memory.reservedBytes),
    utilization: [valueOf(gpu.utilization.gpuPercent), valueOf(gpu.utilization.memoryPercent)],
    temperature: valueOf(gpu.temperatureCelsius),
    power: valueOf(gpu.powerWatts),
    fan: valueOf(gpu.fanPercent),
    throttle: gpu.throttle,
    mig: gpu.mig.devices.map((device) => [
      device.gpuInstanceId,
      device.computeInstanceId,
      mebibytesOf(device.memory),
    ]),
    processes: (valueOf(gpu.processes) ?? []).map((process) => [
      process.pid,
      process.type,
      process.name,
      mebibytes(process.usedBytes),
      valueOf(process.gpuInstanceId),
    ]),
  }
}

function summaryOfBlock(block: string, position: number, blocks: readonly string[]): Summary {
  const memory = block.replace(/<mig_devices>[^]*?<\/mig_devices>/, '')
  const minors = blocks.map((other) => numberIn(other, 'minor_number'))
  const power = /<gpu_power_readings>[^]*?<\/gpu_power_readings>/.exec(block)?.[0] ?? block
  return {
    uuid: textIn(block, 'uuid') ?? '',
    name: textIn(block, 'product_name'),
    busId: /<gpu id="(.*?)"/.exec(block)?.[1],
    minor: minors.includes(undefined) ? position : minors[position],
    memory: framebufferIn(memory),
    reserved: numberIn(
      /<fb_memory_usage>[^]*?<\/fb_memory_usage>/.exec(memory)?.[0] ?? '',
      'reserved',
      'MiB',
    ),
    utilization: [numberIn(block, 'gpu_util', '%'), numberIn(block, 'memory_util', '%')],
    temperature: numberIn(block, 'gpu_temp', 'C'),
    power: numberIn(power, 'instant_power_draw', 'W') ?? numberIn(power, 'power_draw', 'W'),
    fan: numberIn(block, 'fan_speed', '%'),
    throttle: Array.from(
      block.matchAll(/<clocks_\w+_reason_(?!gpu_idle)(\w+)>Active</g),
      ([, reason]) => reason,
    ),
    mig: (block.match(/<mig_device>[^]*?<\/mig_device>/g) ?? []).map((device) => [
      numberIn(device, 'gpu_instance_id'),
      numberIn(device, 'compute_instance_id'),
      framebufferIn(device),
    ]),
    processes: (block.match(/<process_info>[^]*?<\/process_info>/g) ?? []).map((process) => [
      numberIn(process, 'pid'),
      textIn(process, 'type'),
      decoded(textIn(process, 'process_name') ?? ''),
      numberIn(process, 'used_memory', 'MiB'),
      numberIn(process, 'gpu_instance_id'),
    ]),
  }
}

function documentIn(text: string): NvidiaSmi {
  const { answer } = parseNvidiaSmi(text)
  if (answer.kind === 'fault') throw new Error(describeFault(answer.fault))
  return answer.document
}

function framebufferIn(text: string): (number | undefined)[] {
  const usage = /<fb_memory_usage>[^]*?<\/fb_memory_usage>/.exec(text)?.[0] ?? ''
  return ['total', 'used', 'free'].map((name) => numberIn(usage, name, 'MiB'))
}

function mebibytesOf(memory: DeviceMemory): (number | undefined)[] {
  return [memory.totalBytes, memory.usedBytes, memory.freeBytes].map(mebibytes)
}

function mebibytes(reading: Reading<number>): number | undefined {
  return reading.kind === 'known' ? reading.value / 1024 ** 2 : undefined
}

function valueOf<T>(reading: Reading<T>): T | undefined {
  return reading.kind === 'known' ? reading.value : undefined
}

function textIn(text: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>\\s*([^<]*?)\\s*<`).exec(text)?.[1]
  return found === 'N/A' || found?.startsWith('[') ? undefined : found
}

function numberIn(text: string, tag: string, unit = ''): number | undefined {
  const digits = new RegExp(`<${tag}>\\s*(\\d+(?:\\.\\d+)?)\\s*${unit}\\s*<`).exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function decoded(name: string): string {
  return name
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}

function byUuid(a: Summary, b: Summary): number {
  return a.uuid < b.uuid ? -1 : 1
}
