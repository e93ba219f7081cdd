import type { Command } from 'commander'
import { apiKeysIn, keysHere, type ApiKeys } from '../../config/api-keys.ts'
import type { Settings } from '../../config/settings.ts'
import { systemClock } from '../../runtime/clock.ts'
import { compileUnhurriedly } from '../../runtime/unhurried.ts'
import type { Source } from '../../sources/source.ts'
import type { Environment } from '../environment.ts'
import { refuse, withSettings } from '../settings.ts'

/** What every command that watches this machine takes. */
export function withLiveOptions(command: Command): Command {
  return withSettings(command, 'probe', 'containerNames', 'engineLogs')
}

/** This machine as a source. What reads it is loaded only for commands that watch it. */
export async function thisMachine(
  environment: Environment,
  settings: Settings,
  intervalMs: number,
): Promise<Source> {
  compileUnhurriedly()
  const { probe, engineLogs, containerNames } = settings
  const keys = keysHere(givenKeys(environment, settings))
  const { localSource } = await import('../../sources/local/local.ts')
  const { localTransport } = await import('../../transport/local.ts')
  return localSource({
    host: environment.hostName,
    clock: systemClock(),
    intervalMs,
    transport: localTransport({ probe, keys }),
    keyedAddresses: [...keys.keys()],
    engineLogs,
    containerNames,
  })
}

/** The keys that the user gave for engines, here and on other hosts. */
export function givenKeys(environment: Environment, { apiKeyFile }: Settings): ApiKeys {
  const { keys, issues } = apiKeysIn(environment.variables['LLMTOP_API_KEY'], apiKeyFile)
  refuse(environment, { issues })
  return keys
}
