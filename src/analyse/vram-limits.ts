import { known, missing, sum, type Reading } from '../core/reading.ts'
import { environmentOf, environmentWant } from '../engines/environment.ts'
import { dmemPart, type Want } from '../model/want.ts'
import type { Gpu, GpuProcess } from '../model/snapshot.ts'
import type { VramLimit } from '../model/workload.ts'
import { parseDmem, pciKey } from '../parse/cgroup-dmem.ts'
import { parseMpsLimits } from '../parse/mps-limit.ts'
import { textIn, type AnswerBook } from './answers.ts'
import { cgroupPathsOf } from './cgroups.ts'
import type { ClaimedGroup, Holding } from './claims.ts'

/** What keeps a workload from the whole of a card: its control group and those above, CUDA MPS. The tightest of each card first. */
export function vramLimitsOf(
  { claim, holdings }: Pick<ClaimedGroup, 'claim' | 'holdings'>,
  gpus: readonly Gpu[],
  answers: AnswerBook,
): readonly VramLimit[] {
  const cards = gpus.filter(({ uuid }) => holdings.some(({ gpuUuid }) => gpuUuid === uuid))
  const paths = cards.length === 0 ? [] : cgroupPathsOf(claim.root.pid, answers)
  return cards.flatMap((card) => {
    const own = holdings.filter(({ gpuUuid }) => gpuUuid === card.uuid)
    return [
      ...paths.flatMap((path) => groupLimit(path, card, answers)),
      ...mpsLimit(own, card, answers),
    ].sort((a, b) => leftIn(a) - leftIn(b))
  })
}

/** The environments of MPS clients, and of their server, that say what each may hold. */
export function mpsWants(gpus: readonly Gpu[]): readonly Want[] {
  return gpus.flatMap((gpu) =>
    processesOf(gpu)
      .filter(isOfMps)
      .map(({ pid }) => environmentWant(pid)),
  )
}

/** @returns Infinity where it is not known */
function leftIn({ limitBytes, usedBytes }: VramLimit): number {
  return usedBytes.kind === 'known' ? limitBytes - usedBytes.value : Infinity
}

function groupLimit(path: string, { uuid, busId }: Gpu, answers: AnswerBook): readonly VramLimit[] {
  const limitBytes = dmemOf('dmem.max', path, busId, answers)
  if (limitBytes === undefined) return []
  const current = dmemOf('dmem.current', path, busId, answers)
  const usedBytes = current === undefined ? missing('not-reported') : known(current)
  return [{ kind: 'cgroup', gpu: uuid, path, limitBytes, usedBytes }]
}

function dmemOf(
  file: 'dmem.max' | 'dmem.current',
  path: string,
  busId: string,
  answers: AnswerBook,
): number | undefined {
  const text = textIn(answers, dmemPart(path, file))
  return text === undefined ? undefined : parseDmem(text).get(pciKey(busId))
}

/** A limit of MPS is each client's own: of several they add up. */
function mpsLimit(own: readonly Holding[], card: Gpu, answers: AnswerBook): readonly VramLimit[] {
  const limits = own.map(({ process }) => clientLimit(process, card, answers))
  const limited = limits.flatMap((bytes) => bytes ?? [])
  if (limited.length === 0 || limited.length < limits.length) return []
  const usedBytes: Reading<number> = sum(own.map(({ process }) => process.usedBytes))
  const limitBytes = limited.reduce((total, bytes) => total + bytes, 0)
  return [{ kind: 'mps', gpu: card.uuid, path: undefined, limitBytes, usedBytes }]
}

/** Its own, or what its server was started with, whichever is less: a client may only ask for less. */
function clientLimit(process: GpuProcess, card: Gpu, answers: AnswerBook): number | undefined {
  if (!process.type.includes('M') || isServer(process)) return undefined
  const servers = processesOf(card).filter(isServer)
  const found = [process, ...servers].flatMap(({ pid }) => limitIn(pid, card, answers) ?? [])
  return found.length === 0 ? undefined : Math.min(...found)
}

function limitIn(pid: number, { uuid, index }: Gpu, answers: AnswerBook): number | undefined {
  const environment = environmentOf(pid, answers)
  const limits = parseMpsLimits(environment['CUDA_MPS_PINNED_DEVICE_MEM_LIMIT'] ?? '')
  // a client counts the devices that are visible to it
  const visible = (environment['CUDA_VISIBLE_DEVICES'] ?? '').split(',').filter((device) => device !== '')
  const isThis = (device: string): boolean =>
    /^\d+$/.test(device) ? Number(device) === index : uuid.startsWith(device)
  const at = visible.findIndex(isThis)
  const ordinal = visible.length === 0 ? index : at
  return limits.find(({ device }) => device === `${ordinal}` || uuid.startsWith(device))?.bytes
}

function processesOf({ processes }: Gpu): readonly GpuProcess[] {
  return processes.kind === 'known' ? processes.value : []
}

function isOfMps(process: GpuProcess): boolean {
  return process.type.includes('M') || isServer(process)
}

function isServer({ name }: GpuProcess): boolean {
  return /(?:^|\/)nvidia-cuda-mps-server$/.test(name)
}
