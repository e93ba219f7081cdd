#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { asObject, asText, parseJson } from './core/decode.ts'
import { EXIT, type Environment } from './cli/environment.ts'
import { buildProgram } from './cli/program.ts'
import { guardAgainstCrash } from './runtime/crash.ts'
import { endByHangUp } from './runtime/hang-up.ts'

const environment: Environment = {
  version: readVersion(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  variables: process.env,
  hostName: hostname(),
  demoPath: fileURLToPath(new URL('../fixtures/demo/recording.ndjson.gz', import.meta.url)),
  exitWith: (code) => {
    process.exitCode = code
  },
}

guardAgainstCrash(environment.version, () => undefined)
endByHangUp()
// `llmtop --help | head -1`: the reader has had enough; EIO: the window was closed. Neither is a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
})

try {
  await buildProgram(environment).parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // help and --version are no errors; everything else that commander finds is wrong usage
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return asText(asObject(parseJson(text))?.['version']) ?? 'unknown'
}
