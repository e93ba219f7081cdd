import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import { openReplay } from '../../src/sources/replay/replay.ts'
import { fakeClock } from './fake-clock.ts'
import { frames } from './fold.ts'

const FOLDER = fileURLToPath(new URL('../../fixtures', import.meta.url))

/** The whole path of a file below fixtures/. */
export function fixturePath(name: string): string {
  return `${FOLDER}/${name}`
}

export function fixtureText(name: string): string {
  return readFileSync(fixturePath(name), 'utf8')
}

/** Every recording and log below fixtures/ that can be replayed, by its name there. */
export const LOGS: readonly string[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(xml|ndjson|ndjson\.gz)$/.test(name) && !name.includes('expected'))
  .sort()

/** All samples of a log, as fast as it goes. */
export async function samplesOf(path: string): Promise<readonly RawSample[]> {
  const opened = await openReplay(path, { clock: fakeClock(), speed: Infinity, demo: false })
  if (opened.kind === 'fault') throw new Error(JSON.stringify(opened.fault))
  const samples: RawSample[] = []
  for await (const sample of opened.source.samples(() => [], new AbortController().signal))
    samples.push(sample)
  return samples
}

export async function framesOf(name: string): Promise<readonly Frame[]> {
  return frames(await samplesOf(fixturePath(name)))
}
