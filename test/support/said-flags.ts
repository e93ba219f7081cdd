import { expect } from 'vitest'
import { readEngineCommand } from '../../src/engines/flags/command.ts'
import type { EngineFlags } from '../../src/engines/flags/engine-flags.ts'
import type { EngineSettings } from '../../src/estimate/settings.ts'

/** What a command line says, as its engine reads it; quotes keep words together. */
export function flagsIn(command: string): EngineFlags | undefined {
  return readEngineCommand(command.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", '')) ?? [])
    ?.flags
}

export type Said = Partial<EngineSettings> & { readonly model?: string; readonly quantization?: string }

/** What a command says beside the engine it is for. */
export function said(command: string): Said {
  const found = flagsIn(command)
  if (found === undefined) throw new Error(`no engine: ${command}`)
  expect(found.problems).toEqual([])
  const { engine, ...settings } = found.settings
  expect(engine).toBe(found.engine)
  return {
    ...settings,
    ...(found.model === undefined ? {} : { model: `${found.model.kind} ${found.model.text}` }),
    ...(found.quantization === undefined ? {} : { quantization: found.quantization.name }),
  }
}
