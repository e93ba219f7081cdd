import { describeFault } from '../../core/fault.ts'
import { formatBytes, formatDuration } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { hasAnswered } from '../../model/answered.ts'
import type { Frame, GpuState } from '../../model/frame.ts'
import { check, type Check, type Section } from './report.ts'

/** A document that takes longer makes the numbers old. */
const SLOW_MS = 2000

/** What nvidia-smi shows, and what stands in its way. */
export function gpuSection(frame: Frame): Section {
  const { driver, gpuSample, gpus, faults, elapsedMs } = frame
  const troubles = faults.map(({ fault }): Check => {
    const [found = '', remedy] = describeFault(fault).split('; ')
    return check(NAMES[fault.kind] ?? fault.kind, 'no', found, remedy)
  })
  const answer =
    gpuSample.kind === 'missing'
      ? hasAnswered(frame)
        ? []
        : [check('nvidia-smi', 'no', `no answer within ${formatDuration(elapsedMs)}`, BY_HAND)]
      : [
          smiCheck(
            valueOr(driver.version, '?'),
            valueOr(driver.cuda, '?'),
            valueOr(gpuSample.value.tookMs, 0),
          ),
        ]
  return { title: 'GPUs', checks: [...answer, ...troubles, ...gpus.flatMap(gpuChecks)] }
}

const BY_HAND = "try 'nvidia-smi' by hand: where it hangs, too, the driver does"

const NAMES: Readonly<Record<string, string>> = {
  'command-not-found': 'nvidia-smi',
  'command-failed': 'nvidia-smi',
  'driver-trouble': 'nvidia-smi',
  'timed-out': 'nvidia-smi',
  truncated: 'nvidia-smi',
  'pid-namespace': 'processes',
  'persistence-off': 'persistence mode',
  'loop-mode-left': 'loop mode',
}

function smiCheck(driver: string, cuda: string, tookMs: number): Check {
  const found = `driver ${driver}, CUDA ${cuda}, a document takes ${formatDuration(tookMs)}`
  return tookMs > SLOW_MS
    ? check('nvidia-smi', 'partly', found, "a longer --interval costs less; 'sudo nvidia-smi -pm 1' may help")
    : check('nvidia-smi', 'yes', found)
}

function gpuChecks({ index, name, memory, processes, unifiedMemory }: GpuState): readonly Check[] {
  const what = `GPU ${index}`
  const total = memory.totalBytes.kind === 'known' ? `, ${formatBytes(memory.totalBytes.value)}` : ''
  const unified = unifiedMemory ? ', one memory with the host' : ''
  const card = check(what, 'yes', `${name}${total}${unified}`)
  if (processes.kind === 'missing') {
    return [card, check(`${what} processes`, 'no', processes.detail ?? 'the driver lists none')]
  }
  const silent = processes.value.filter(({ usedBytes }) => usedBytes.kind === 'missing')
  if (silent.length === 0) return [card]
  return [card, check(`${what} processes`, 'partly', 'the driver does not say how much memory they hold')]
}
