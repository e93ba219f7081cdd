import { formatBytes, formatCount, formatDuration } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { nameOfLimit } from '../limit-pools.ts'
import { etaNumber, takenAgain } from '../forecast.ts'
import type { JudgedWorkload } from '../judged.ts'
import { gpuKey } from '../observations.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, type Situation } from '../situation.ts'
import { failureOf, formatEta, formatPace, nameOf } from '../wording.ts'
import { cudaFindings } from './cuda-findings.ts'
import type { Filling } from './filling.ts'
import { isEngine } from './growers.ts'

/** What is said of a card that fills. @param fillings of one cause, the pool that is full first at their head */
export function fillingCondition(
  fillings: readonly [Filling, ...Filling[]],
  situation: Situation,
): Condition {
  const [hottest] = fillings
  const { cause, forecast, headroomBytes, bytesPerSecond, level, outlook } = hottest
  const { pool } = outlook
  const workload = cause?.workload
  const who = workload === undefined ? 'it' : nameOf(workload)
  const gpus = [...new Set(fillings.map((filling) => filling.outlook.pool.gpu))]
  const victims = victimsOf(hottest)
  const findings = cudaFindings(hottest, situation.rules.gate)
  const { confirmMs, rampConfirmMs } = situation.rules.risk
  const left = `${formatBytes(headroomBytes)} left`
  return {
    id: workload === undefined ? `cuda-oom:${pool.key}` : cudaOomOf(workload),
    identity: identityOf(situation, workload),
    confirmMs: forecast?.pace.rule === 'fast' ? rampConfirmMs : confirmMs,
    class: 'cuda-oom',
    level,
    gpu: pool.gpu.uuid,
    gpus: gpus.map(({ uuid }) => uuid),
    workload: workload?.id,
    mig: pool.gpuInstanceId?.toString(),
    eta: forecast?.eta,
    summary: `${headline(hottest, gpus.length)}: ${whoGrows(hottest)}, ${left}; ${consequence(hottest, victims)}`,
    paused: `${pool.name} was filling: ${who} has stopped growing, ${left}`,
    evidence: [...evidenceOf(hottest, situation), ...findings.lines],
    again: takenAgain(gpuKey(pool.key), forecast, hottest.mayEnd),
    victims: victims.map(({ id }) => id),
    numbers: { headroomBytes, bytesPerSecond, ...etaNumber(forecast) },
    findings: findings.found,
  }
}

/** The id of what is said of its growth on a card. */
export function cudaOomOf({ id }: Pick<JudgedWorkload, 'id'>): string {
  return `cuda-oom:${id}`
}

function headline({ outlook, forecast, cause, mayEnd }: Filling, cards: number): string {
  const more = cards > 1 ? ` and ${cards - 1} more` : ''
  const where = `${outlook.pool.name}${more}`
  if (cause?.holder.isGraphics === true) return `${where} fills up`
  const verb = cards > 1 ? 'run' : 'runs'
  if (forecast !== undefined && mayEnd)
    return `${where} would run out of memory in ${formatEta(forecast.eta)}, if it went on like this`
  return forecast === undefined
    ? `${where} ${cards > 1 ? 'are' : 'is'} nearly full`
    : `${where} ${verb} out of memory in ${formatEta(forecast.eta)}`
}

function whoGrows({ cause, bytesPerSecond }: Filling): string {
  const pace = formatPace(bytesPerSecond)
  if (cause === undefined) return `its memory grows ${pace}, and no process shows it`
  const desktop = cause.holder.isGraphics ? 'the desktop, ' : ''
  return `${desktop}${nameOf(cause.workload)} grows ${pace}`
}

/** Engines beside the one that grows: whoever asks next, fails. */
function victimsOf({ outlook, cause }: Filling): readonly JudgedWorkload[] {
  return outlook.shares.filter((share) => share !== cause && isEngine(share)).map(({ workload }) => workload)
}

function consequence({ cause, outlook, mayEnd }: Filling, [victim]: readonly JudgedWorkload[]): string {
  if (valueOr(outlook.pool.gpu.driverModel, '') === 'WDDM')
    return 'what does not fit then moves into RAM: many times slower'
  if (victim !== undefined)
    return `whoever asks for more then fails, and ${nameOf(victim)} is on the same card`
  if (mayEnd) return howItMayEnd(cause)
  return cause === undefined ? 'the next allocation then fails' : failureOf(cause.workload.engine)
}

function howItMayEnd(cause: PoolShare | undefined): string {
  if (cause?.holder.isGraphics === true) return 'a desktop gives back what its programs close'
  return cause?.workload.engine === 'pytorch'
    ? 'a load ends by itself, and torch may live at its cap'
    : 'it has been seen to grow for a few minutes only, and may be loading'
}

function evidenceOf(
  { outlook, cause, forecast, headroomBytes }: Filling,
  situation: Situation,
): readonly string[] {
  const { pool } = outlook
  const lines: string[] = []
  if (forecast !== undefined) {
    const { pace } = forecast
    lines.push(
      `${pool.name} has grown ${formatPace(pace.perSecond)} over the last ${formatDuration(pace.spanMs)}`,
    )
  }
  const inTokens = cause === undefined ? '' : tokensLeft(cause.workload)
  lines.push(
    `${formatBytes(headroomBytes)} of ${formatBytes(valueOr(pool.capBytes, 0))} are free of what ${ofWhat(pool)}${inTokens}`,
  )
  if (cause !== undefined) lines.push(whyNews(cause, outlook, situation))
  return lines
}

/** Of a pool that was taken at the start, what is left of the card is not for tokens. */
function tokensLeft({ kv, headroom: { tokens } }: JudgedWorkload): string {
  if (tokens.kind === 'missing' || valueOr(kv.growth, undefined) === 'preallocated') return ''
  return `: about ${formatCount(tokens.value)} more tokens`
}

function ofWhat({ limit, gpu }: PoolOutlook['pool']): string {
  if (limit === undefined) return 'the driver does not reserve'
  const whole = gpu.memory.freeBytes
  const card = whole.kind === 'known' ? `, and ${formatBytes(whole.value)} of the card itself` : ''
  return `${nameOfLimit(limit)} allows on GPU ${gpu.index}${card}`
}

/** Why its growth is not taken for granted. */
function whyNews(
  { workload, usedBytes, gateBytes, ceiling }: PoolShare,
  { predicted }: PoolOutlook,
  { rules }: Situation,
): string {
  if (gateBytes === undefined || ceiling === undefined) {
    const why = workload.ceiling.kind === 'missing' ? workload.ceiling.detail : undefined
    return why ?? 'no ceiling is known for it'
  }
  if (usedBytes > gateBytes)
    return `it holds ${formatBytes(usedBytes)}, ${formatBytes(usedBytes - ceiling.bytes)} more than the ${formatBytes(ceiling.bytes)} predicted: its growth alone is judged`
  return `predicted for all on this card: ${formatBytes(predicted?.bytes ?? 0)}, and up to ${formatBytes(predicted?.highBytes ?? 0)}; within ${formatDuration(rules.trend.fast.etaMs)} of full it counts`
}
