import { expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import type { Line, PanelId, Scene, Span } from '../../src/view/panel.ts'
import { PANELS } from '../../src/view/panels/index.ts'
import { see } from '../../src/view/seen.ts'
import type { Seen } from '../../src/view/seen.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'
import { DEMO } from '../support/demo-scenario.ts'
import { frames } from '../support/fold.ts'
import { growing, machine } from '../support/scenarios.ts'
import { LIVE } from '../support/scene.ts'
import { simulate } from '../support/simulate.ts'

// All that is busy swings between its least and its most, and memory grows from nothing to all there is.
const SWINGING = machine({
  gpus: [0, 40, 80].map((offset) => ({ utilizationAt: (seconds: number) => (7 * seconds + offset) % 101 })),
  processes: [growing(7000, 500)],
})

const RUNS: Readonly<Record<string, readonly Frame[]>> = {
  'the demo': frames(simulate(DEMO)),
  'a machine that swings between its ends': frames(simulate(SWINGING)),
}

// What is read as a table or as a gauge; sentences may grow.
const PANEL_IDS: readonly PanelId[] = [
  'header', 'gpus', 'gpu-list', 'gpu-facts', 'gpu-processes', 'host', 'host-signs', 'host-facts', 'host-processes',
  'processes',
] // prettier-ignore

test.each(Object.keys(RUNS))('%s: a number that gets more digits moves no word beside it', (name) => {
  const scenes = [...scenesOf(RUNS[name] ?? [])]
  const moved = [60, 78, 118].flatMap((columns) =>
    PANEL_IDS.flatMap((id) => {
      const drawn = scenes.map((scene) => linesOf(id, scene, columns))
      const first = drawn.flatMap((lines, i) =>
        isWarned(scenes[i]) === isWarned(scenes[i - 1]) ? movedIn(drawn[i - 1] ?? lines, lines) : [],
      )[0]
      return first === undefined ? [] : [`${id}, ${columns} columns:\n${first}`]
    }),
  )
  expect(moved).toEqual([])
})

// The first warning takes its place from the bars.
function isWarned(scene: Scene | undefined): boolean {
  return scene !== undefined && scene.frame.risks.length > 0
}

// The lines in which the same words stand at other places.
function movedIn(before: readonly string[], now: readonly string[]): readonly string[] {
  return now.flatMap((text, y) => {
    const last = before[y] ?? text
    return words(last) === words(text) && places(last) !== places(text) ? [`${last}\n${text}`] : []
  })
}

function* scenesOf(run: readonly Frame[]): Generator<Scene> {
  let seen: Seen | undefined
  for (const frame of run) {
    seen = see(seen, frame)
    yield { ...seen, hosts: [seen], session: LIVE, ui: INITIAL_UI }
  }
}

function linesOf(id: PanelId, scene: Scene, columns: number): readonly string[] {
  const { left, right } = PANELS[id].title(scene)
  return [left, right, ...PANELS[id].view(scene, { columns, rows: 16 }).lines].map(textOf)
}

// Without what a warning says: it comes and goes, and its range is in words.
function textOf(line: Line): string {
  return line.map((span) => (isWarning(span) ? ' '.repeat(span.text.length) : span.text)).join('')
}

function isWarning({ tone }: Span): boolean {
  return tone === 'critical' || tone === 'warn' || tone === 'watch'
}

function words(text: string): string {
  return [...text.matchAll(WORD)].map(([word]) => word).join(' ')
}

function places(text: string): string {
  return [...text.matchAll(WORD)].map(({ index }) => index).join(' ')
}

const WORD = /[A-Za-z%°]+/g
