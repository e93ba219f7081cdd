import { resolve } from 'node:path'
import { CommanderError, InvalidArgumentError, Option, type Command } from 'commander'
import { readApiKeys, type ApiKeys } from '../../config/api-keys.ts'
import { systemClock } from '../../runtime/clock.ts'
import { localSource } from '../../sources/local/local.ts'
import type { Source } from '../../sources/source.ts'
import { localTransport } from '../../transport/local.ts'
import { EXIT, type Environment } from '../environment.ts'
import { noProbeOption } from '../options.ts'

export interface LiveOptions {
  /** False with `--no-probe`: no engine is asked anything. */
  readonly probe: boolean
  readonly engineLog?: readonly string[]
  readonly containerNames?: boolean
}

/** What every command that watches this machine takes. */
export function withLiveOptions(command: Command): Command {
  return command
    .addOption(noProbeOption())
    .addOption(
      new Option(
        '--engine-log <file>',
        "an engine's log, where its process does not say (repeatable)",
      ).argParser(collectPath),
    )
    .option('--container-names', "names of containers, from 'docker ps' and 'podman ps'")
}

/** This machine as a source. */
export function thisMachine(environment: Environment, intervalMs: number, options: LiveOptions): Source {
  const { probe, engineLog, containerNames } = options
  const keys = keysIn(environment)
  return localSource({
    host: environment.hostName,
    clock: systemClock(),
    intervalMs,
    transport: localTransport({ probe, keys }),
    keyedAddresses: [...keys.keys()],
    ...(engineLog === undefined ? {} : { engineLogs: engineLog }),
    ...(containerNames === undefined ? {} : { containerNames }),
  })
}

function collectPath(path: string, before: readonly string[] | undefined): readonly string[] {
  if (/[\n\0]/.test(path)) throw new InvalidArgumentError('a path with a line feed is not taken.')
  return [...(before ?? []), resolve(path)]
}

function keysIn({ variables, stderr }: Environment): ApiKeys {
  const keys = readApiKeys(variables['LLMTOP_API_KEY'] ?? '')
  if (keys !== undefined) return keys
  // what stands there is a secret, however it is spelled
  stderr.write(
    'llmtop: LLMTOP_API_KEY says for each key where it may be sent: LLMTOP_API_KEY=127.0.0.1:8000=KEY, several separated by blanks\n',
  )
  throw new CommanderError(EXIT.usage, 'llmtop.apiKey', 'LLMTOP_API_KEY')
}
