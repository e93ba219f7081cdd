import { processPart } from '../model/want.ts'
import { maskSecrets } from '../parse/mask-secrets.ts'
import { readProcessFile, readProcNow } from './proc-files.ts'
import type { Part, TextPart } from '../model/sample.ts'

/** Its status, of which only the lines that llmtop reads: Uid, VmRSS, VmSwap, NSpid; undefined when it is gone. */
export function readStatus(procRoot: string, pid: number): string | undefined {
  const status = readProcNow(`${procRoot}/${pid}/status`)
  return status === undefined ? undefined : reduceStatus(status)
}

export function readStat(procRoot: string, pid: number): string | undefined {
  const stat = readProcNow(`${procRoot}/${pid}/stat`)
  return stat === undefined ? undefined : maskName(stat)
}

/** The parts of a process that answer a want for it: stat, status, cmdline, cgroup; none when it is gone. */
export async function fetchProcess(procRoot: string, pid: number): Promise<ReadonlyMap<string, Part>> {
  const stat = readStat(procRoot, pid)
  const status = readStatus(procRoot, pid)
  if (stat === undefined || status === undefined) return new Map()
  const title = await fetchTitle(procRoot, pid)
  const cgroup = await readProcessFile(`${procRoot}/${pid}/cgroup`)
  return new Map([
    textPart(pid, 'stat', stat),
    textPart(pid, 'status', status),
    ...title,
    ...(cgroup === undefined ? [] : [textPart(pid, 'cgroup', cgroup)]),
  ])
}

/** The part with the command line of a process, which it may overwrite; none when it is gone. */
export async function fetchTitle(procRoot: string, pid: number): Promise<ReadonlyMap<string, Part>> {
  const cmdline = await readProcessFile(`${procRoot}/${pid}/cmdline`)
  return new Map(cmdline === undefined ? [] : [textPart(pid, 'cmdline', maskSecrets(cmdline))])
}

/** `proc/PID/FILE`, and its text. */
export function textPart(pid: number, file: string, text: string): readonly [string, TextPart] {
  return [processPart(pid, file), { kind: 'text', text }]
}

/** The lines of a status that llmtop reads. */
export function reduceStatus(text: string): string {
  return (text.match(/^(?:Uid|VmRSS|VmSwap|NSpid):.*\n/gm) ?? []).join('')
}

/** A stat with secrets in the name masked: only that is text from outside, and masking around it could eat its parenthesis. */
export function maskName(stat: string): string {
  const open = stat.indexOf('(') + 1
  const close = stat.lastIndexOf(')')
  return stat.slice(0, open) + maskSecrets(stat.slice(open, close)) + stat.slice(close)
}
