import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { steps } from '../support/fold.ts'
import { replayed } from '../support/replayed.ts'

const CORPUS = process.env['LLMTOP_CORPUS']
const FOLDER = CORPUS === undefined ? undefined : join(CORPUS, 'csv')
const FILES = FOLDER === undefined ? [] : readdirSync(FOLDER).sort()

if (FOLDER === undefined)
  console.warn('the suite of CSV logs is skipped: LLMTOP_CORPUS does not name a folder')

// Everything expected here is counted by plain regular expressions over the file, without the parser.
describe.skipIf(FOLDER === undefined)('CSV logs of real cards (need LLMTOP_CORPUS)', () => {
  test.each(FILES)('%s replays, each of its rows as a card', async (file) => {
    const path = join(FOLDER ?? '', file)
    const text = readFileSync(path, 'utf8')
    const rows = text.match(/^\d{4}[-/]\d\d[-/]\d\d[ T][\d:.+]+, ?.*$/gm) ?? []
    const { samples, ending } = await replayed(path)
    const frames = steps(samples).map(({ frame }) => frame)
    const cards = frames.reduce((sum, { gpus }) => sum + gpus.length, 0)
    expect(frames.length).toBeGreaterThan(0)
    expect(ending === undefined || ending.kind === 'torn-tail').toBe(true)
    if (ending === undefined && !file.startsWith('capture-')) expect(cards).toBe(rows.length)
    for (const { faults, gpus } of frames) {
      expect(faults.filter(({ fault }) => fault.kind === 'malformed')).toEqual([])
      expect(new Set(gpus.map(({ uuid }) => uuid)).size).toBe(gpus.length)
    }
  })
})
