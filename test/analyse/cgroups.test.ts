import { describe, expect, test } from 'vitest'
import { enter, type AnswerBook } from '../../src/analyse/answers.ts'
import { cgroupOf, cgroupWants, forgetGoneGroups } from '../../src/analyse/cgroups.ts'
import { known, missing, type Reading } from '../../src/core/reading.ts'
import type { CgroupMemory } from '../../src/model/snapshot.ts'
import { partNames } from '../../src/model/want.ts'
import { sampleAt, type Parts } from '../support/fold.ts'

const GIB = 1024 ** 3
const OWN = { 'proc/7/cgroup': '0::/system.slice/llama.service\n' }

function book(...samples: readonly Parts[]): AnswerBook {
  return samples.reduce<AnswerBook>((before, parts, at) => enter(before, sampleAt(at, parts)), new Map())
}

function group(path: string, limit: string, anon = 0): Parts {
  return {
    [`cgroup${path}/memory.max`]: `${limit}\n`,
    [`cgroup${path}/memory.current`]: `${2 * anon}\n`,
    [`cgroup${path}/memory.stat`]: `anon ${anon}\n`,
    [`cgroup${path}/memory.events`]: 'oom_kill 1\n',
  }
}

function limitOf(found: Reading<CgroupMemory>): readonly [string, number] | undefined {
  return found.kind === 'known' ? [found.value.path, found.value.limitBytes / GIB] : undefined
}

function wanted(answers: AnswerBook): readonly string[] {
  return cgroupWants([7], answers).map((want) => `${partNames(want)[0] ?? ''} ${want.every}`)
}

describe('the control group that limits a workload', () => {
  test('is one of its own and those above it', () => {
    expect(wanted(book(OWN))).toEqual([
      'cgroup/system.slice/llama.service/memory.max 60000',
      'cgroup/system.slice/memory.max 60000',
      'cgroup/memory.max 60000',
    ])
    expect(wanted(book({ 'proc/7/cgroup': '0::/\n' }))).toEqual(['cgroup/memory.max 60000'])
    expect(wanted(book({}))).toEqual([])
  })

  test('is looked at with every tick, one without a limit once a minute', () => {
    const answers = book(OWN, group('/system.slice', `${GIB}`), group('/system.slice/llama.service', 'max'))
    expect(wanted(answers).map((want) => want.split(' ')[1])).toEqual(['60000', 'tick', '60000'])
  })

  test('is the one with the least left, not the one with the lowest limit', () => {
    const own = group('/system.slice/llama.service', `${32 * GIB}`, 10 * GIB)
    const above = group('/system.slice', `${64 * GIB}`, 60 * GIB)
    expect(limitOf(cgroupOf(7, book(OWN, own)))).toEqual(['/system.slice/llama.service', 32])
    expect(limitOf(cgroupOf(7, book(OWN, own, above)))).toEqual(['/system.slice', 64])
    const calm = group('/system.slice', `${64 * GIB}`, 20 * GIB)
    expect(limitOf(cgroupOf(7, book(OWN, own, calm)))).toEqual(['/system.slice/llama.service', 32])
  })

  test('says what it holds and whom the kernel killed', () => {
    const found = cgroupOf(7, book(OWN, group('/system.slice', `${GIB}`, 512)))
    expect(found).toEqual(
      known({
        path: '/system.slice',
        limitBytes: GIB,
        heldBytes: known(512, 'derived'),
        currentBytes: known(1024),
        oomKills: known(1),
      }),
    )
  })

  test('is missing where none limits it, and as long as nobody knows', () => {
    const unlimited = missing('not-supported', 'it has no limit')
    expect(cgroupOf(7, book(OWN, group('/system.slice/llama.service', 'max')))).toEqual(unlimited)
    expect(cgroupOf(7, book(OWN))).toEqual(missing('not-yet-known'))
    expect(cgroupOf(8, book(OWN))).toEqual(missing('not-yet-known'))
  })

  test('that can not be read any more limits nothing', () => {
    const names = Object.keys(group('/system.slice', '1'))
    const gone = Object.fromEntries(
      names.map((name) => [name, { kind: 'fault', fault: { kind: 'not-found', what: 'it' } }] as const),
    )
    expect(cgroupOf(7, book(OWN, group('/system.slice', `${GIB}`), gone)).kind).toBe('missing')
  })

  test('is forgotten some minutes after it was last seen', () => {
    const answers = book({ ...group('/a', '1'), users: '0:root\n' })
    expect(forgetGoneGroups(answers, 300_000)).toBe(answers)
    expect([...forgetGoneGroups(answers, 300_001).keys()]).toEqual(['users'])
  })
})
