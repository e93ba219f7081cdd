import { formatCount } from '../../core/format.ts'
import { both, map, valueOr } from '../../core/reading.ts'
import type { KvSlot, Workload } from '../../model/workload.ts'
import { glyph } from '../glyphs.ts'
import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit } from '../width.ts'
import { shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

const BAR_COLUMNS = 20

/** The slots of an engine that has them, or its data-parallel engines: how full each is. */
export const slotsPanel = textPanel(
  'slots',
  (scene) => ({
    left: [span((workloadInView(scene)?.kv.slots.length ?? 0) > 0 ? 'Slots' : 'Engines', 'title')],
    right: [],
  }),
  lines,
)

function lines(scene: Scene): readonly Line[] {
  const workload = workloadInView(scene)
  return workload === undefined ? [] : [...workload.kv.slots.map(slot), ...engines(workload)]
}

function slot({ id, generating, tokens, contextTokens, remainingTokens }: KvSlot): Line {
  const ratio = both(tokens, contextTokens, (used, context) => (context > 0 ? used / context : 0))
  const left = map(remainingTokens, (count) => `  up to ${formatCount(count)} more`)
  return [
    span(`  ${fit(id.toString(), 4)}`, 'title'),
    span(fit(generating ? 'generating' : 'idle', 12), generating ? 'fine' : 'dim'),
    ...bar(valueOr(ratio, undefined)),
    span(`  ${fit(shown(tokens, formatCount), 9, 'right')} of ${shown(contextTokens, formatCount)} tokens`),
    span(generating ? valueOr(left, '') : '', 'dim'),
  ]
}

function engines({ kv }: Workload): readonly Line[] {
  return kv.perEngine.map(({ label, usedRatio }): Line => [
    span(`  ${fit(label, 16)}`, 'title'),
    ...bar(usedRatio),
    span(`  ${fit(`${(100 * usedRatio).toFixed(0)} %`, 6, 'right')}`),
  ])
}

function bar(ratio: number | undefined): Line {
  const cells = ratio === undefined ? 0 : Math.round(Math.min(1, Math.max(0, ratio)) * BAR_COLUMNS)
  return [
    span(glyph('barStart'), 'border'),
    span(glyph('kvUsed').repeat(cells), 'kvUsed'),
    span(glyph('dot').repeat(BAR_COLUMNS - cells), 'free'),
    span(glyph('barEnd'), 'border'),
  ]
}
