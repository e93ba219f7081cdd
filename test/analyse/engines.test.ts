import { describe, expect, test } from 'vitest'
import { known, missing, sumOfKnown, valueOr, type Reading } from '../../src/core/reading.ts'
import { partNames } from '../../src/model/want.ts'
import { sampleAt, steps, type Parts } from '../support/fold.ts'
import { writeGguf } from '../support/gguf-writer.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { tinyLlama } from '../support/tiny-llama.ts'

const MIB = 1024 ** 2

function proc(pid: number, parentPid: number, command: string, startTicks = 100): Parts {
  const [comm = ''] = command.split(' ').map((word) => word.replace(/^.*\//, '').slice(0, 15))
  return {
    [`proc/${pid}/stat`]: `${pid} (${comm}) S ${parentPid} 1 1 0 -1 0 0 0 0 0 10 10 0 0 20 0 1 0 ${startTicks} 0 100 0\n`,
    [`proc/${pid}/status`]: `Uid:\t0\t0\t0\t0\nVmRSS:\t  524288 kB\n`,
    [`proc/${pid}/cmdline`]: `${command.split(' ').join('\0')}\0`,
  }
}

function listed(...lines: readonly string[]): Parts {
  return { processes: lines.map((line) => `${line}\n`).join('') }
}

/** Frames and wants of samples two seconds apart, the engine's own pages among their parts. */
function watched(...samples: readonly Parts[]): ReturnType<typeof steps> {
  return steps(samples.map((parts, at) => sampleAt(at * 2, parts)))
}

const SERVER = '/usr/bin/llama-server -m /m/tiny.gguf -c 4096 -np 1'

describe('an engine that runs in RAM alone', () => {
  const list = listed('1 0 0 1 9000 systemd', '50 1 0 100 524288 llama-server')

  test('is a workload, without any GPU memory', () => {
    const [step] = watched({ ...list, ...proc(50, 1, SERVER) })
    expect(
      step?.frame.workloads.map(({ id, memory }) => [id, memory.usedBytes, memory.residentBytes]),
    ).toEqual([['llama.cpp:50', missing('not-supported', 'it uses no GPU'), known(512 * MIB, 'derived')]])
  })

  test('is looked at again, and also while it is small', () => {
    const [unseen, seen] = watched(list, proc(50, 1, SERVER))
    const wantsOf = (step: typeof seen): readonly string[] =>
      (step?.wants ?? []).map((want) => `${partNames(want)[1] ?? partNames(want)[0] ?? ''} ${want.every}`)
    expect(wantsOf(unseen)).toEqual(['proc/50/stat 10000', 'proc/1/stat 10000'])
    expect(wantsOf(seen)).toContain('proc/50/stat tick')
  })

  test.each([
    ['a Python program', 'python3 /srv/app.py'],
    ['a server that only starts others', '/usr/bin/ollama serve'],
    ['a desktop', '/usr/bin/gnome-shell'],
  ])('is not %s', (_, command) => {
    const [step] = watched({ ...listed('50 1 0 100 524288 x'), ...proc(50, 1, command) })
    expect(step?.frame.workloads).toEqual([])
  })

  test('is not another process that has taken its pid', () => {
    const [step] = watched({ ...listed('50 1 0 999 524288 bash'), ...proc(50, 1, SERVER) })
    expect(step?.frame.workloads).toEqual([])
  })

  test('is not one that has just let go of its card', () => {
    const process = { pid: 50, name: 'llama-server', usedMiB: 1000 }
    const parts = { ...list, ...proc(50, 1, SERVER) }
    const [, gone] = watched(
      { ...parts, 'nvidia-smi': nvidiaSmiXml({ gpus: [{ processes: [process] }] }) },
      { 'nvidia-smi': nvidiaSmiXml({ gpus: [{ processes: [] }] }) },
    )
    expect(gone?.frame.workloads).toEqual([])
  })
})

describe('the memory of a llama-server on a GPU', () => {
  const head = Buffer.from(writeGguf(tinyLlama(undefined, false))).toString('base64')
  const USED_MIB = 900
  const [step] = watched({
    'nvidia-smi': nvidiaSmiXml({
      gpus: [{ processes: [{ pid: 50, name: 'llama-server', usedMiB: USED_MIB }] }],
    }),
    ...proc(50, 1, SERVER),
    'head//m/tiny.gguf': { kind: 'bytes', base64: head, sizeBytes: 10 ** 9 },
    'http/127.0.0.1:8080/props': JSON.stringify({
      total_slots: 1,
      default_generation_settings: { n_ctx: 4096 },
    }),
    'http/127.0.0.1:8080/slots': JSON.stringify([
      { id: 0, n_ctx: 4096, is_processing: true, id_task: 1, n_prompt_tokens: 1000 },
    ]),
  })
  const workload = step?.frame.workloads[0]

  test('has a cache of as many bytes as its model makes of its tokens', () => {
    // 2 layers × 32 wide × key and value × 2 bytes
    const bytesPerToken = 2 * 32 * 2 * 2
    expect(workload?.kv).toMatchObject({
      bytesPerToken: known(bytesPerToken, 'derived'),
      capacityBytes: known(4096 * bytesPerToken, 'derived'),
      usedBytes: known(1000 * bytesPerToken, 'derived'),
    })
  })

  test('is divided, and the known parts with the unexplained rest are what the driver reports', () => {
    const slices: readonly Reading<number>[] =
      workload === undefined ? [] : Object.values({ ...workload.memory.slices })
    expect(sumOfKnown(slices)).toEqual(known(USED_MIB * MIB, 'derived'))
    expect(valueOr(workload?.memory.slices.weightsBytes ?? known(0), 0)).toBeGreaterThan(0)
    expect(workload?.memory.slices.kvBytes).toEqual(workload?.kv.capacityBytes)
  })
})

test('a Python program that only draws is no torch process', () => {
  const [step] = watched({
    'nvidia-smi': nvidiaSmiXml({
      gpus: [{ processes: [{ pid: 50, type: 'G', name: 'python3', usedMiB: 9 }] }],
    }),
    ...proc(50, 1, 'python3 /usr/bin/solaar'),
  })
  expect(step?.frame.workloads.map(({ engine }) => engine)).toEqual(['unknown'])
})
