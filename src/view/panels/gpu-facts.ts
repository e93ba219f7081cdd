import { formatBytes } from '../../core/format.ts'
import { map } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { GpuState, UnownedReason } from '../../model/frame.ts'
import { gpuMemory } from '../gpu-memory.ts'
import { gpuInView } from '../gpu-in-view.ts'
import { fitting, lineWidth, span, spread } from '../line.ts'
import { noGpu } from '../no-gpu.ts'
import type { Line, PanelTitle, Scene } from '../panel.ts'
import { wrap } from '../width.ts'
import { MISSING, shortGpuName, shown, WHO_HAS_THEM_OPEN } from '../wording.ts'
import {
  condition,
  freeOf,
  legend,
  memoryBar,
  riskSpan,
  usedOfLimit,
  vitals,
  worstRisk,
} from './gpu-parts.ts'
import { migRow } from './gpu-row.ts'
import { textPanel } from './text-panel.ts'

/** All that is known of one GPU: its memory by part, its MIG instances, clocks, power, PCIe, and what slows it. */
export const gpuFactsPanel = textPanel('gpu-facts', title, lines, 'Enter')

function title(scene: Scene): PanelTitle {
  const gpu = gpuInView(scene)
  if (gpu === undefined) return { left: [span('GPU', 'title')], right: [] }
  const risk = riskSpan(worstRisk(scene.frame, gpu))
  return {
    left: [
      span(`GPU ${gpu.index}  ${shortGpuName(gpu.name)}`, 'title'),
      ...(risk.text === '' ? [] : [span('  '), risk]),
    ],
    right: [span(gpu.uuid, 'dim')],
  }
}

function lines(scene: Scene, columns: number): readonly Line[] {
  const gpu = gpuInView(scene)
  if (gpu === undefined) {
    const { why, hint } = noGpu(scene.frame)
    return [
      [span(` ${why}`, 'strong')],
      ...wrap(hint, columns - 2, 2).map((text) => [span(` ${text}`, 'dim')]),
    ]
  }
  const memory = gpuMemory(gpu, scene.frame)
  const numbers = [...usedOfLimit(memory, scene.frame), span(' ')]
  const free: Line = [...freeOf(memory), span(' ')]
  const room = columns - lineWidth(free) - 4
  return [
    [span(' '), ...memoryBar(memory, columns - lineWidth(numbers) - 1), ...numbers],
    spread([span('  '), ...legend(memory, room)], free, columns),
    ...gpu.mig.devices.map((device) => migRow(device, scene.frame, columns)),
    [span('  '), ...fitting([...vitals(gpu, false), ...condition(gpu)], columns - 3, '   ')],
    ...factLines(gpu, columns),
    ...unowned(gpu, columns),
  ]
}

type Fact = readonly [name: string, text: string]

// As many to a line as fit, so that each stands at the same place from frame to frame.
function factLines(gpu: GpuState, columns: number): readonly Line[] {
  const facts = factsOf(gpu).filter(([, text]) => text !== MISSING)
  const width = 26
  const perLine = Math.max(1, Math.floor((columns - 2) / width))
  const rows = Math.ceil(facts.length / perLine)
  return Array.from({ length: rows }, (_, y) =>
    facts.slice(y * perLine, (y + 1) * perLine).flatMap(([name, text]): Line => {
      const label = `  ${name} `
      return [span(label, 'dim'), span(text.padEnd(Math.max(0, width - label.length)))]
    }),
  )
}

function factsOf(gpu: GpuState): readonly Fact[] {
  return [
    ['SM clock', megahertz(gpu.clocks.smMHz)],
    ['memory clock', megahertz(gpu.clocks.memoryMHz)],
    ['memory busy', percent(gpu.utilization.memoryPercent)],
    ['fan', percent(gpu.fanPercent)],
    ['PCIe in', perSecond(gpu.pcie.rxBytesPerSecond)],
    ['PCIe out', perSecond(gpu.pcie.txBytesPerSecond)],
    ['bus', gpu.busId === '' ? MISSING : gpu.busId],
    ['architecture', shown(gpu.architecture, (name) => name)],
    ['persistence', shown(gpu.persistenceMode, (on) => (on ? 'on' : 'off, slow starts'))],
    ['driver model', shown(gpu.driverModel, (name) => name)],
    ['MIG', shown(gpu.mig.enabled, (on) => (on ? 'on' : 'off'))],
    ['driver reserves', shown(gpu.memory.reservedBytes, formatBytes)],
    ['recovery', shown(gpu.recoveryAction, (action) => action)],
  ]
}

function megahertz(reading: Reading<number>): string {
  return shown(reading, (value) => `${value.toFixed(0).padStart(4)} MHz`)
}

function percent(reading: Reading<number>): string {
  return shown(reading, (value) => `${value.toFixed(0).padStart(3)} %`)
}

function perSecond(reading: Reading<number>): string {
  return shown(map(reading, formatBytes), (text) => `${text.padStart(8)}/s`)
}

function unowned({ unownedBytes, unownedReason }: GpuState, columns: number): readonly Line[] {
  if (unownedBytes.kind === 'missing' || unownedBytes.value < 64 * 1024 ** 2 || unownedReason === undefined)
    return []
  const words = `${formatBytes(unownedBytes.value)} unowned: ${REASONS[unownedReason]}`
  return wrap(words, Math.max(1, columns - 3), 3).map((text) => [span(`  ${text}`, 'unowned')])
}

const REASONS: Readonly<Record<UnownedReason, string>> = {
  'pid-namespace': "its processes are in another PID namespace; start the container with '--pid=host'",
  'exited-process': 'a process has ended and its memory is not yet given back',
  driver: "the driver's own, for contexts of processes",
  unknown: `no listed process holds it; ${WHO_HAS_THEM_OPEN}`,
}
