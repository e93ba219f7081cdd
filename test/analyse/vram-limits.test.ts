import { describe, expect, test } from 'vitest'
import { known } from '../../src/core/reading.ts'
import { gibibytes } from '../../src/core/units.ts'
import type { Frame } from '../../src/model/frame.ts'
import { frames, steps } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, running } from '../support/scenarios.ts'
import { simulate, type Scenario } from '../support/simulate.ts'

const GROUP = '/kubepods.slice/pod1.slice/cri-1.scope'

/** A transformers server in a group that may hold 40 GiB of the card. */
const IN_GROUP: Pick<Scenario, 'pagesAt'> = {
  pagesAt: (s) => ({
    'proc/9120/cgroup': `0::${GROUP}\n`,
    [`cgroup${GROUP}/memory.max`]: 'max\n',
    [`cgroup${GROUP}/dmem.max`]: `nvidia/0000:18:00.0/vidmem ${gibibytes(40)}\n`,
    [`cgroup${GROUP}/dmem.current`]: `nvidia/0000:18:00.0/vidmem ${heldMiB(s) * 1024 ** 2}\n`,
  }),
}

function heldMiB(seconds: number): number {
  return Math.round(30_000 + (400 * seconds) / 60)
}

function played(changes: Partial<Scenario>): readonly Frame[] {
  return frames(simulate(machine({ durationMs: 1_400_000, intervalMs: 5000, ...changes })))
}

const GROWS = { processes: [growing(400)] }
const AS_MPS_CLIENT = {
  processes: [running(9120, ON_DEMAND, (s) => ({ 0: heldMiB(s) }), { type: 'M+C' })],
}

describe('a limit of a control group on the memory of a card', () => {
  test('is what counts, and not the half of the card that is free', () => {
    const said = played({ ...GROWS, ...IN_GROUP }).flatMap(({ risks }) => risks)
    const warned = said.find(({ class: kind, level }) => kind === 'cuda-oom' && level === 'warn')
    expect(warned?.workload).toBe('transformers:9120')
    expect(warned?.summary).toMatch(
      /^GPU 0 within the limit of control group \S+cri-1\.scope runs out of memory in /,
    )
    expect(warned?.evidence[1]).toMatch(/allows on GPU 0, and [\d.]+ GiB of the card itself/)
    expect(
      played(GROWS).flatMap(({ risks }) => risks.filter(({ class: kind }) => kind === 'cuda-oom')),
    ).toEqual([])
  })

  test('stands in the frame with what is used of it, and what is left is headroom', () => {
    const frame = played({ ...GROWS, ...IN_GROUP }).at(-1)
    const workload = frame?.workloads.find(({ id }) => id === 'transformers:9120')
    const [limit] = workload?.vramLimits ?? []
    const usedBytes = limit?.usedBytes.kind === 'known' ? limit.usedBytes.value : 0
    expect(limit).toMatchObject({ kind: 'cgroup', path: GROUP, limitBytes: gibibytes(40) })
    expect(workload?.headroom.bytes).toEqual(known(gibibytes(40) - usedBytes, 'derived'))
  })

  test('that a model can’t be loaded within is announced while it loads', () => {
    const loads = running(9120, ON_DEMAND, (s) =>
      s < 60 ? undefined : { 0: Math.min(29_000, 100 * (s - 60)) },
    )
    const small = (s: number): Readonly<Record<string, string>> => ({
      ...IN_GROUP.pagesAt?.(s),
      [`cgroup${GROUP}/dmem.max`]: `nvidia/0000:18:00.0/vidmem ${gibibytes(20)}\n`,
      [`cgroup${GROUP}/dmem.current`]: 'nvidia/0000:18:00.0/vidmem 0\n',
    })
    const said = played({ processes: [loads], pagesAt: small, durationMs: 150_000 }).flatMap(
      ({ risks }) => risks,
    )
    expect(said[0]).toMatchObject({ class: 'will-not-fit', level: 'critical', workload: 'transformers:9120' })
    expect(said[0]?.summary).toContain('20.0 GiB of GPU 0 within the limit of control group')
  })
})

describe('a limit of MPS', () => {
  const environment = (text: string) => ({
    pagesAt: () => ({ 'env/9120': `CUDA_MPS_PINNED_DEVICE_MEM_LIMIT=${text}\n` }),
  })

  test.each<[string, string, number | undefined]>([
    ['of its device', '0=36G', 36],
    ['by the UUID of its card', 'GPU-00000000=36G', 36],
    ['of another device', '1=36G', undefined],
    ['of the device that it sees as its first', '0=36G\nCUDA_VISIBLE_DEVICES=GPU-00000000', 36],
  ])('counts %s', (_, text, gib) => {
    const frame = played({ ...AS_MPS_CLIENT, ...environment(text), durationMs: 10_000 }).at(-1)
    const limits = frame?.workloads[0]?.vramLimits.map(({ kind, limitBytes }) => [kind, limitBytes])
    expect(limits).toEqual(gib === undefined ? [] : [['mps', gibibytes(gib)]])
  })

  test('of a program that is no client of MPS means nothing', () => {
    const frame = played({ ...GROWS, ...environment('0=36G'), durationMs: 10_000 }).at(-1)
    expect(frame?.workloads[0]?.vramLimits).toEqual([])
  })

  test('is asked for in the environments of clients', () => {
    const wants = steps(simulate(machine({ ...AS_MPS_CLIENT, durationMs: 4000 }))).at(-1)?.wants ?? []
    expect(wants).toContainEqual(expect.objectContaining({ path: '/proc/9120/environ' }))
  })

  test('is the ceiling that a growing client meets', () => {
    const said = played({ ...AS_MPS_CLIENT, ...environment('0=38G') }).flatMap(({ risks }) => risks)
    const warned = said.find(({ class: kind, level }) => kind === 'cuda-oom' && level !== 'watch')
    expect(warned?.summary).toMatch(/^GPU 0 within its MPS limit runs out of memory in /)
  })
})
