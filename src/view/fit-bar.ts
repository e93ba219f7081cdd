import { valueOr } from '../core/reading.ts'
import type { FitGpu } from '../model/fit.ts'
import { shares } from './bar.ts'
import { glyph } from './glyphs.ts'

export type FitPart = 'weightsBytes' | 'kvBytes' | 'stateBytes' | 'activationsBytes' | 'overheadBytes'

export const PART_GLYPHS: Readonly<Record<FitPart, string>> = {
  weightsBytes: glyph('weights'),
  kvBytes: glyph('kvUsed'),
  stateBytes: glyph('dynamic'),
  activationsBytes: glyph('activations'),
  overheadBytes: glyph('kvReserved'),
}

const ORDER: readonly FitPart[] = [
  'weightsBytes',
  'kvBytes',
  'stateBytes',
  'activationsBytes',
  'overheadBytes',
]

/**
 * The parts of what one GPU needs as one stacked bar of exactly `columns`, with a mark where the room ends; a bar that goes
 * beyond its mark does not fit.
 */
export function fitBar(gpu: FitGpu, columns: number): string {
  const inner = Math.max(columns - 2, 0)
  const parts = ORDER.map((part) => Math.max(valueOr(gpu[part], 0), 0))
  const needed = parts.reduce((a, b) => a + b, 0)
  const room = valueOr(gpu.availableBytes, undefined)
  const free = Math.max((room ?? 0) - needed, 0)
  const cells = shares([...parts, free], inner)
  const row = [...ORDER.map((part) => PART_GLYPHS[part]), ' '].flatMap((character, index) =>
    new Array<string>(cells[index] ?? 0).fill(character),
  )
  const isTooLong = room !== undefined && needed > room && inner > 0
  const marked = isTooLong
    ? row.with(Math.min(Math.floor((room / needed) * inner), inner - 1), glyph('ceiling'))
    : row
  return `${glyph('barStart')}${marked.join('')}${glyph('barEnd')}`
}
