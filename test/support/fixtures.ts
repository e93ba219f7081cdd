import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Frame } from '../../src/model/frame.ts'
import { frames } from './fold.ts'
import { replayed } from './replayed.ts'

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
  .filter((name) => /\.(xml|csv|txt|ndjson|ndjson\.gz)$/.test(name) && !name.includes('expected'))
  .sort()

/** All frames of a log below fixtures/. */
export async function framesOf(name: string): Promise<readonly Frame[]> {
  const { samples, ending } = await replayed(fixturePath(name))
  if (samples.length === 0) throw new Error(`${name}: ${JSON.stringify(ending)}`)
  return frames(samples)
}
