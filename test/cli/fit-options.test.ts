import { expect, test } from 'vitest'
import { FIT_ENGINES } from '../../src/cli/fit/options.ts'
import { readEngineCommand } from '../../src/engines/flags/command.ts'
import { fit } from '../support/fit.ts'

test("an option of fit among those of the engine's command is said, not silently left out", async () => {
  const { stdout } = await fit(['--', 'llama-server', '-m', 'Qwen3-8B-Q4_K_M.gguf', '--gpu=24GiB'])
  expect(stdout).toContain(
    "'--gpu' is the engine's, because it stands behind '--'; options of llmtop go before it",
  )
})

test.each(FIT_ENGINES)(
  '--engine %s is judged by its own rules, and advised in its own words',
  async (engine) => {
    const { stdout } = await fit([
      'llama-3.1-8b',
      '--engine',
      engine,
      '--gpu',
      '8GiB',
      '--ctx',
      '128k',
      '--json',
    ])
    const report = JSON.parse(stdout) as {
      readonly engine: string
      readonly advice: readonly { readonly command: string | null }[]
    }
    const commands = report.advice.flatMap(({ command }) =>
      command === null || command.startsWith(IN_CONVERSATION) ? [] : [command],
    )
    expect([
      report.engine,
      new Set(commands.map((command) => readEngineCommand(command.split(' '))?.flags.engine)),
    ]).toEqual([engine, new Set(COMMANDLESS.has(engine) ? [] : [engine])])
  },
)

/** How Ollama is told of layers. */
const IN_CONVERSATION = '/set parameter'

/** A library has no command line. */
const COMMANDLESS: ReadonlySet<string> = new Set(['transformers'])
