import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FakeProcess {
  readonly pid: number
  readonly parentPid?: number
  readonly comm?: string
  readonly command?: readonly string[]
  readonly uid?: number
  readonly startTicks?: number
  readonly residentKiB?: number
  readonly kernelThread?: boolean
}

/** A folder that stands in for /proc. */
export interface FakeProc {
  readonly root: string
  /** Adds a process, or changes it. */
  set(process: FakeProcess): void
  remove(pid: number): void
}

const PAGE_KIB = 4
const PF_KTHREAD = 0x00200000

/** Writes the files of /proc that llmtop reads into `folder`: of a host with 64 GiB, and of `processes`. */
export function fakeProc(folder: string, processes: readonly FakeProcess[] = []): FakeProc {
  const root = join(folder, 'proc')
  const files: Readonly<Record<string, string>> = {
    meminfo: 'MemTotal:       67108864 kB\nMemFree:        33554432 kB\nMemAvailable:   50331648 kB\n',
    vmstat: 'nr_free_pages 8388608\noom_kill 3\nnr_unstable 0\n',
    'pressure/memory': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
    loadavg: '0.50 0.40 0.30 1/200 4242\n',
    uptime: '1000.00 3000.00\n',
    'sys/kernel/random/boot_id': '11111111-2222-4333-8444-555555555555\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const proc: FakeProc = {
    root,
    set(process) {
      mkdirSync(join(root, `${process.pid}`), { recursive: true })
      for (const [name, text] of Object.entries(filesOf(process))) {
        writeFileSync(join(root, `${process.pid}`, name), text)
      }
    },
    remove(pid) {
      rmSync(join(root, `${pid}`), { recursive: true })
    },
  }
  for (const process of processes) proc.set(process)
  return proc
}

function filesOf({
  pid,
  parentPid = 1,
  comm = 'python3',
  command = ['python3', '-m', 'engine'],
  uid = 0,
  startTicks = 100 + pid,
  residentKiB = 1024,
  kernelThread = false,
}: FakeProcess): Readonly<Record<string, string>> {
  const flags = kernelThread ? PF_KTHREAD : 0x400000
  const pages = residentKiB / PAGE_KIB
  return {
    stat: `${pid} (${comm}) S ${parentPid} ${pid} ${pid} 0 -1 ${flags} 9 0 0 0 70 30 0 0 20 0 1 0 ${startTicks} 9000000 ${pages} 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n`,
    status: `Name:\t${comm}\nPid:\t${pid}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nNSpid:\t${pid}\nVmPeak:\t 9000000 kB\nVmRSS:\t ${residentKiB} kB\nVmSwap:\t 0 kB\n`,
    cmdline: kernelThread ? '' : command.map((argument) => `${argument}\0`).join(''),
    cgroup: '0::/system.slice/engine.service\n',
  }
}
