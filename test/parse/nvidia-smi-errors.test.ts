import { describe, expect, test } from 'vitest'
import { parseNvidiaSmi } from '../../src/parse/nvidia-smi.ts'
import { readErrorLines } from '../../src/parse/nvidia-smi-errors.ts'
import type { DriverTrouble } from '../../src/core/fault.ts'

describe('what nvidia-smi prints instead of a document becomes a fault', () => {
  test.each<[string, DriverTrouble]>([
    ["NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure …", 'no-library'],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make …", 'no-driver'],
    ['Failed to initialize NVML: Driver Not Loaded', 'no-driver'],
    ['Failed to initialize NVML: Driver/library version mismatch', 'version-mismatch'],
    ['Failed to initialize NVML: Insufficient Permissions', 'no-permission'],
    ['Failed to initialize NVML: GPU is lost', 'gpu-lost'],
    ['Failed to initialize NVML: GPU requires reset', 'reset-required'],
    ['Failed to initialize NVML: GPU access blocked by the operating system', 'blocked'],
    ['Failed to initialize NVML: In use by another client', 'blocked'],
    ['Failed to initialize NVML: Timeout', 'timeout'],
    ['Failed to initialize NVML: Unknown Error', 'other'],
    ['Failed to initialize NVML: N/A (code 3)', 'other'],
    ['No devices were found', 'no-devices'],
    ['No devices found.', 'no-devices'],
  ])('%s', (text, trouble) => {
    const fault = { kind: 'driver-trouble', trouble, text }
    expect(parseNvidiaSmi(`${text}\n\n`).answer).toEqual({ kind: 'fault', fault })
    expect(parseNvidiaSmi(`some greeting\r\n${text}\r\n`).answer).toEqual({ kind: 'fault', fault })
  })

  test.each([
    [
      'Unable to determine the device handle for GPU0: 0000:01:00.0: Unknown Error',
      '0000:01:00.0',
      'Unknown Error',
    ],
    [
      'Unable to determine the device handle for GPU0000:02:00.0: GPU is lost.',
      '0000:02:00.0',
      'GPU is lost.',
    ],
    [
      'Unable to determine the device handle for gpu 00000000:3B:00.0: Timeout',
      '00000000:3B:00.0',
      'Timeout',
    ],
  ])('%s', (line, gpu, text) => {
    const fault = { kind: 'gpu-unreadable', gpu, text }
    expect(parseNvidiaSmi(`${line}\nNo devices were found\n`).answer).toEqual({ kind: 'fault', fault })
  })

  test.each(['bash: line 1: nvidia-smi: command not found', 'sh: 1: nvidia-smi: not found'])('%s', (text) => {
    expect(parseNvidiaSmi(text).answer).toEqual({
      kind: 'fault',
      fault: { kind: 'command-not-found', command: 'nvidia-smi' },
    })
  })

  test('silence', () => {
    expect(parseNvidiaSmi(' \n').answer).toEqual({
      kind: 'fault',
      fault: { kind: 'driver-trouble', trouble: 'other', text: 'no output' },
    })
  })

  test('made harmless to print', () => {
    expect(parseNvidiaSmi('Failed to initialize NVML: \u001b[2JTimeout?').answer).toEqual({
      kind: 'fault',
      fault: {
        kind: 'driver-trouble',
        trouble: 'other',
        text: 'Failed to initialize NVML: \ufffd[2JTimeout?',
      },
    })
  })

  test('something else altogether, with its first line made harmless', () => {
    expect(parseNvidiaSmi('\nhello\u001b[31m\nworld').answer).toEqual({
      kind: 'fault',
      fault: { kind: 'malformed', part: 'nvidia-smi', where: 'its start', found: 'hello\ufffd[31m' },
    })
  })
})

test('each line that tells of something is a fault, and the others are none', () => {
  expect(
    readErrorLines(
      '$ nvidia-smi -q -x\nFailed to initialize NVML: Timeout\n<?xml version="1.0" ?>\nNo devices were found',
    ),
  ).toEqual([
    { kind: 'driver-trouble', trouble: 'timeout', text: 'Failed to initialize NVML: Timeout' },
    { kind: 'driver-trouble', trouble: 'no-devices', text: 'No devices were found' },
  ])
})
