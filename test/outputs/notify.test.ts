import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import type { RiskEvent } from '../../src/model/incident.ts'
import { notifyOutput } from '../../src/outputs/notify.ts'
import { sampleAt } from '../support/fold.ts'
import { frameWith } from '../support/scene.ts'
import { kvRisk } from '../support/scene-two-h100.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function frameOf(...kinds: readonly RiskEvent['kind'][]): Frame {
  return frameWith({ events: kinds.map((kind) => ({ kind, risk: kvRisk() })) })
}

async function told(frames: readonly Frame[], script: (file: string) => readonly [string, ...string[]]) {
  const file = join(temporaryFolder(), 'told')
  const troubles: string[] = []
  const output = notifyOutput({ command: script(file), onTrouble: (sentence) => troubles.push(sentence) })
  for (const frame of frames) await output.accept(frame, sampleAt(0, {}))
  await output.close()
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  return { events: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>), troubles }
}

const APPEND = (file: string) => ['sh', '-c', 'cat >> "$1"', 'sh', file] as const

test('each event is told to one run of the command, in order, as a line of JSON', async () => {
  const { events, troubles } = await told(
    [frameOf('raised'), frameOf(), frameOf('cleared', 'came-true')],
    APPEND,
  )
  expect(troubles).toEqual([])
  expect(events.map(({ schema, kind, host }) => [schema, kind, host])).toEqual([
    ['llmtop.event/1', 'raised', 'node7'],
    ['llmtop.event/1', 'cleared', 'node7'],
    ['llmtop.event/1', 'came-true', 'node7'],
  ])
  expect(events[0]?.['risk']).toMatchObject({ id: kvRisk().id, class: 'kv-saturation', level: 'watch' })
})

test('a flood keeps the newest and says how many were dropped', async () => {
  const { events } = await told([frameOf(...Array.from({ length: 50 }, () => 'raised' as const))], APPEND)
  expect(events).toHaveLength(20)
  expect(events.at(-1)?.['droppedBefore']).toBe(30)
})

test.each<[string, readonly [string, ...string[]], string]>([
  [
    'is not there',
    ['/nonexistent/mail'],
    "'/nonexistent/mail', can't be run: spawn /nonexistent/mail ENOENT",
  ],
  ['fails', ['sh', '-c', 'exit 3'], "'sh', ended with 3"],
])('a command that %s is said once, and stops nothing', async (_, command, sentence) => {
  const { troubles } = await told([frameOf('raised'), frameOf('cleared')], () => command)
  expect(troubles).toEqual([`the command of --on-warning, ${sentence}`])
})

test('a command that reads nothing does no harm', async () => {
  expect((await told([frameOf('raised')], () => ['true'])).troubles).toEqual([])
})
