import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { plainText } from '../../src/outputs/plain.ts'
import { frames } from '../support/fold.ts'
import { brokenPromises } from '../support/frame-invariants.ts'
import { replayed } from '../support/replayed.ts'

const folder =
  process.env['LLMTOP_CORPUS'] === undefined ? '' : join(process.env['LLMTOP_CORPUS'], 'nvidia-smi')
const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(xml|txt)$/.test(name)) : []

describe.skipIf(files.length === 0)('what real drivers printed (only with LLMTOP_CORPUS)', () => {
  test.each(files)('%s is replayed to frames that keep their promises', async (name) => {
    const { samples } = await replayed(join(folder, name))
    if (name.endsWith('.xml')) expect(samples.length).toBeGreaterThan(0)
    for (const frame of frames(samples)) {
      expect(brokenPromises(frameJson(frame))).toEqual([])
      expect(plainText(frame, { columns: 80, ascii: false })).not.toMatch(/undefined|NaN|\[object/)
    }
  })
})
