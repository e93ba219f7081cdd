import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { kibibytes } from '../../src/core/units.ts'
import { parseCgroup } from '../../src/parse/proc-cgroup.ts'
import { parseCmdline } from '../../src/parse/proc-cmdline.ts'
import { parseStat } from '../../src/parse/proc-stat.ts'
import { parseStatus } from '../../src/parse/proc-status.ts'
import { parseProcessList } from '../../src/parse/process-list.ts'

describe('/proc/PID/cmdline', () => {
  test('holds arguments, empty ones and blanks in them too', () => {
    expect(parseCmdline('python3\0-c\0\0print( 1 )\n\0')).toEqual(['python3', '-c', '', 'print( 1 )\ufffd'])
  })

  test('may be overwritten by a title, padded with blanks or NULs', () => {
    expect(parseCmdline('VLLM::EngineCore\0\0\0\0\0')).toEqual(['VLLM::EngineCore'])
    expect(parseCmdline('sglang::scheduler_TP0      ')).toEqual(['sglang::scheduler_TP0'])
    expect(parseCmdline('VLLM::Worker_TP0')).toEqual(['VLLM::Worker_TP0'])
  })

  test('of a kernel thread is empty', () => {
    expect([parseCmdline(''), parseCmdline('\0\0'), parseCmdline('  \0')]).toEqual([[], [], []])
  })
})

describe('/proc/PID/stat', () => {
  const numbers =
    'S 4100 4200 4100 34816 4200 4194304 90321 0 12 0 1500 300 7 8 20 0 64 0 987654 35433480192 262144 18446744073709551615 1 1'

  test('gives identity, parent, times and pages', () => {
    expect(parseStat(`4200 (VLLM::EngineCor) ${numbers}\n`)).toEqual({
      pid: 4200,
      comm: 'VLLM::EngineCor',
      state: 'S',
      parentPid: 4100,
      userTicks: 1500,
      systemTicks: 300,
      startTicks: 987_654,
      residentPages: 262_144,
    })
  })

  test.each(['tmux: server', 'a) S 1 (b', '(sd-pam)', ') ) (', 'x\ny'])('survives the name %j', (comm) => {
    expect(parseStat(`4200 (${comm}) ${numbers}`)).toMatchObject({
      comm: comm.replace('\n', '\ufffd'),
      parentPid: 4100,
      startTicks: 987_654,
    })
  })

  test('is nothing when it is cut off or something else', () => {
    for (const text of ['', '4200', '4200 (x) S 1', `x (y) ${numbers}`, `4200 (x) SS${numbers}`]) {
      expect(parseStat(text)).toBeUndefined()
    }
  })
})

describe('/proc/PID/status', () => {
  test('gives the effective user and the memory', () => {
    const text =
      'Name:\tpython3\nUid:\t1000\t0\t1000\t1000\nNSpid:\t4200\t17\t1\nVmPeak:\t 900 kB\nVmRSS:\t  2048 kB\nVmSwap:\t       4 kB\n'
    expect(parseStatus(text)).toEqual({
      uid: known(0),
      residentBytes: known(kibibytes(2048)),
    })
  })

  test('of a kernel thread has no memory', () => {
    expect(parseStatus('Name:\tkthreadd\nUid:\t0\t0\t0\t0\n')).toEqual({
      uid: known(0),
      residentBytes: missing('not-reported'),
    })
  })
})

describe('/proc/PID/cgroup', () => {
  const id = '0123456789abcdef'.repeat(4)
  const other = 'f'.repeat(64)

  test.each([
    ['docker, systemd driver', `/system.slice/docker-${id}.scope`],
    ['docker, cgroupfs driver', `/docker/${id}`],
    ['podman', `/machine.slice/libpod-${id}.scope`],
    [
      'podman, its inner group',
      `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container`,
    ],
    ['containerd', `/system.slice/cri-containerd-${id}.scope`],
    [
      'containerd in a pod',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-${id}.scope`,
    ],
    [
      'containerd, old form',
      `/system.slice/containerd.service/kubepods-besteffort-pod1_2.slice:cri-containerd:${id}`,
    ],
    ['cri-o', `/kubepods.slice/kubepods-pod1_2.slice/crio-${id}.scope`],
    ['kubepods, cgroupfs driver', `/kubepods/burstable/pod12-34/${id}`],
    ['docker in docker', `/docker/${other}/docker/${id}`],
  ])('names the container of %s', (_, path) => {
    expect(parseCgroup(`0::${path}\n`)).toEqual({ path: known(path), containerId: '0123456789ab' })
  })

  test.each([
    '/user.slice/user-1000.slice/session-3.scope',
    '/',
    `/machine.slice/libpod-conmon-${id}.scope`,
    `/system.slice/${id.slice(1)}.service`,
  ])('names none in %s', (path) => {
    expect(parseCgroup(`0::${path}\n`)).toEqual({ path: known(path), containerId: undefined })
  })

  test('of v1 is the group of the memory controller', () => {
    const text = `12:cpu,cpuacct:/docker/${id}\n4:memory:/docker/${id}/m\n1:name=systemd:/docker/${id}\n`
    expect(parseCgroup(text)).toEqual({ path: known(`/docker/${id}/m`), containerId: '0123456789ab' })
  })

  test('of both is v1 where the memory controller is there, else the unified group', () => {
    const systemd = `1:name=systemd:/docker/${id}\n`
    expect(parseCgroup(`0::/\n4:memory:/lim\n${systemd}`)).toEqual({
      path: known('/lim'),
      containerId: '0123456789ab',
    })
    expect(parseCgroup(`${systemd}0::/unified\n`)).toEqual({
      path: known('/unified'),
      containerId: '0123456789ab',
    })
    expect(parseCgroup(`7:cpu:/c\n${systemd}`).path).toEqual(known(`/docker/${id}`))
  })

  test('that is not there is missing', () => {
    expect(parseCgroup('')).toEqual({ path: missing('not-reported'), containerId: undefined })
  })
})

describe('the process list', () => {
  test('has a line per process, names with blanks and all', () => {
    expect(
      parseProcessList(
        'pid ppid uid startTicks rssKiB comm\n1 0 0 5 12000 systemd\n42 1 1000 777 0 tmux: server\r\n',
      ),
    ).toEqual([
      { pid: 1, parentPid: 0, uid: 0, startTicks: 5, residentBytes: kibibytes(12000), comm: 'systemd' },
      { pid: 42, parentPid: 1, uid: 1000, startTicks: 777, residentBytes: 0, comm: 'tmux: server' },
    ])
  })

  test('passes over what is no such line', () => {
    expect(parseProcessList('\n7 1 0\n8 1 0 x 5 sh\n9 1 0 4 5 \u001b[2J\n')).toEqual([
      { pid: 9, parentPid: 1, uid: 0, startTicks: 4, residentBytes: kibibytes(5), comm: '\ufffd[2J' },
    ])
  })
})
