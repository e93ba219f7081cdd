import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { recordTo } from '../../../src/cli/record/recording.ts'
import { steps } from '../../support/fold.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// 4 GiB a minute from 58.6 GiB on
const SAMPLES = simulate(machine({ durationMs: 280_000, processes: [growing(4096, 60_000)] }))
const FRAMES = steps(SAMPLES).map(({ frame }) => frame)

test('what is written for an incident says what happened and where it goes, and what was written in the end', async () => {
  const folder = temporaryFolder()
  const environment = { version: '9.9', stdout: process.stdout }
  const recording = await recordTo(environment, 'node7', {
    output: join(folder, 'a.ndjson.gz'),
    last: 1_800_000,
    on: 'warn',
  })
  if (recording.kind === 'fault') throw new Error('it was refused')
  expect(recording.begins('node7', '2.0 s')).toBe(
    'keeping the last 30 min of node7 in memory, every 2.0 s; a warn or a death writes them to a file',
  )
  const news: (string | undefined)[] = []
  for (const [at, frame] of FRAMES.entries()) {
    const sample = SAMPLES[at]
    if (sample === undefined) throw new Error('there is a frame for each sample')
    await recording.output.accept(frame, sample)
    const present = recording.news()
    if (present !== news.at(-1)) news.push(present)
  }
  await recording.output.close()
  const raised = FRAMES.flatMap(({ risks }) => risks).find(({ level }) => level !== 'watch')
  if (raised === undefined) throw new Error('the scenario ends in a warning')
  const named = news.map((line) => line?.replace(`${folder}/`, ''))
  expect(named).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${raised.level}: GPU 0 .*; the last 30 min and what comes go to 'a-[\\d-]+\\.ndjson\\.gz'$`,
      ),
    ),
  ])
  expect(named[0]?.split('; the last')[0]).toBe(`${raised.level}: ${raised.summary}`)
  expect(basename(recording.ended('1 min'))).toMatch(/^a-[\d-]+\.ndjson\.gz$/)
})
