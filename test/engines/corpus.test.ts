import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { claimFor, engineOf } from '../../src/engines/index.ts'
import { asArray, asObject, asText, parseJson } from '../../src/core/decode.ts'
import { hostProcess } from '../support/host-process.ts'

const FILE = `${process.env['LLMTOP_CORPUS'] ?? ''}/cmdlines.json`
const title = existsSync(FILE) ? 'of real machines' : 'of real machines: skipped, LLMTOP_CORPUS is not set'

interface Entry {
  readonly engine: string
  readonly shown: string
}

function entries(): readonly Entry[] {
  const list = asArray(parseJson(readFileSync(FILE, 'utf8'))) ?? []
  return list.flatMap((item) => {
    const entry = asObject(item)
    const engine = asText(entry?.['engine'])
    const shown = asText(entry?.['cmdline']) ?? asText(entry?.['nvidia_smi_name'])
    return engine === undefined || shown === undefined ? [] : [{ engine, shown }]
  })
}

/** Names that the corpus has for what is no engine of ours, or for what its line alone does not say. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'slime/megatron': 'pytorch',
  'hf/python': 'unknown',
  none: 'unknown',
}

describe.skipIf(!existsSync(FILE))(title, () => {
  test('every process is of the engine that its finder named, as arguments and as one text alike', () => {
    const wrong = entries().flatMap(({ engine, shown }) =>
      [shown.split(' '), [shown]].flatMap((command) => {
        const claim = claimFor([hostProcess({ command })])
        return claim?.engine === (OTHERWISE[engine] ?? engine) ? [] : [`${shown}: ${claim?.engine ?? 'none'}`]
      }),
    )
    expect(wrong).toEqual([])
    expect(entries().length).toBeGreaterThan(20)
  })

  test('a line that names its model has it, and no other line has one', () => {
    const models = entries().flatMap(({ shown }) => {
      const claim = claimFor([hostProcess({ command: shown.split(' ') })])
      const name =
        claim === undefined ? undefined : engineOf(claim.engine).report(claim, new Map()).model.name
      return name?.kind === 'known' ? [name.value] : []
    })
    expect(models).toEqual(['MODEL', 'DeepSeek-R1', 'MODEL.gguf'])
  })
})
