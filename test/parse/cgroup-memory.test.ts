import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { asVersion2, parseCgroupMemory, reduceMemoryStat } from '../../src/parse/cgroup-memory.ts'
import { cgroupFolder, parseCgroupMount } from '../../src/parse/cgroup-mounts.ts'

const STAT = `anon 1000
file 90000
kernel 700
kernel_stack 100
pagetables 50
percpu 5
sock 7
shmem 200
inactive_anon 1
unevictable 0
slab_reclaimable 300
slab_unreclaimable 45
`
const GROUP = {
  'memory.max': '34359738368\n',
  'memory.current': '91900\n',
  'memory.stat': STAT,
  'memory.events': 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n',
}

describe('the memory of a control group', () => {
  test('is what it can not give back, beside its limit: no file pages, no caches', () => {
    expect(parseCgroupMemory('/a', GROUP)).toEqual(
      known({
        path: '/a',
        limitBytes: 34_359_738_368,
        heldBytes: known(1000 + 200 + (700 - 300) + 7, 'derived'),
        currentBytes: known(91_900),
        oomKills: known(2),
      }),
    )
  })

  test.each([
    ['before kernel 5.18, by its parts', STAT.replace('kernel 700\n', ''), 1200 + 100 + 50 + 5 + 45 + 7],
    ['with locked file pages', STAT.replace('unevictable 0', 'unevictable 51200'), 51_200 + 400 + 7],
    ['with locked memory that it would hold anyway', STAT.replace('unevictable 0', 'unevictable 900'), 1607],
    ['with anonymous memory alone', 'anon 5\n', 5],
  ])('%s', (_, stat, heldBytes) => {
    const group = parseCgroupMemory('/a', { ...GROUP, 'memory.stat': stat })
    expect(group).toMatchObject({ value: { heldBytes: known(heldBytes, 'derived') } })
    expect(parseCgroupMemory('/a', { ...GROUP, 'memory.stat': reduceMemoryStat(stat) })).toEqual(group)
  })

  test('without a limit, or with files that are missing or damaged, is missing with its reason', () => {
    expect(parseCgroupMemory('/a', { ...GROUP, 'memory.max': 'max\n' })).toEqual(
      missing('not-supported', 'it has no limit'),
    )
    expect(parseCgroupMemory('/a', { ...GROUP, 'memory.max': undefined })).toEqual(missing('not-reported'))
    expect(parseCgroupMemory('/a', { ...GROUP, 'memory.max': '1e9' })).toEqual(missing('malformed', '1e9'))
    const no = missing('not-reported')
    expect(
      parseCgroupMemory('/a', {
        'memory.max': '1\n',
        'memory.current': '',
        'memory.stat': 'anon x',
        'memory.events': undefined,
      }),
    ).toEqual(known({ path: '/a', limitBytes: 1, heldBytes: no, currentBytes: no, oomKills: no }))
  })

  test('of version 1 reads as one of version 2', () => {
    const stat =
      'cache 9\nrss 1\nshmem 1\ntotal_cache 90\ntotal_rss 1000\ntotal_shmem 200\ntotal_unevictable 0\n'
    expect(asVersion2('memory.stat', stat)).toBe('anon 1000\nshmem 200\nunevictable 0\n')
    expect(asVersion2('memory.max', '9223372036854771712\n')).toBe('max\n')
    expect(asVersion2('memory.max', '34359738368\n')).toBe('34359738368\n')
    expect(asVersion2('memory.current', '5\n')).toBe('5\n')
    expect(asVersion2('memory.events', 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n')).toBe('oom_kill 4\n')
  })
})

describe('where control groups are mounted', () => {
  const V2 = '31 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate'
  const V1 = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory'
  const CPU = '32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu'

  test.each([
    [[V2], { version: 2, root: '/', mountPoint: '/sys/fs/cgroup' }],
    [[CPU, V1, V2], { version: 1, root: '/', mountPoint: '/sys/fs/cgroup/memory' }],
    [
      [CPU, V2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified')],
      { version: 2, root: '/', mountPoint: '/sys/fs/cgroup/unified' },
    ],
    [
      [V1.replace(' / ', ' /docker/ab ').replace('/memory', '/my\\040memory')],
      { version: 1, root: '/docker/ab', mountPoint: '/sys/fs/cgroup/my memory' },
    ],
    [[CPU], undefined],
    [[], undefined],
  ] as const)('%j', (lines, mount) => {
    expect(parseCgroupMount(lines.join('\n'))).toEqual(mount)
  })

  test.each([
    ['/', '/system.slice/a.service', '/m/system.slice/a.service'],
    ['/', '/', '/m'],
    ['/docker/ab', '/docker/ab', '/m'],
    ['/docker/ab', '/docker/ab/c', '/m/c'],
    ['/docker/ab', '/docker/abc', undefined],
    ['/docker/ab', '/', undefined],
    ['/', '/../other', undefined],
    ['/', 'a', undefined],
    ['/', '/a\nb', undefined],
  ])('in a mount of %s the group %s is at %s', (root, path, folder) => {
    expect(cgroupFolder({ version: 2, root, mountPoint: '/m' }, path)).toBe(folder)
  })
})
