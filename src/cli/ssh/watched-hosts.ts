import type { Settings } from '../../config/settings.ts'
import { systemClock } from '../../runtime/clock.ts'
import { compileUnhurriedly } from '../../runtime/unhurried.ts'
import type { Source } from '../../sources/source.ts'
import { givenKeys } from '../commands/live.ts'
import type { Environment } from '../environment.ts'
import { sshOptionsOf, type SshFlags } from './options.ts'

/**
 * Other machines as a source, by the settings. What reads them is loaded only for commands that watch them.
 * @param nvidiaSmi the path of nvidia-smi there, where it is not on the PATH
 */
export async function watchedHosts(
  environment: Environment,
  settings: Settings,
  hosts: readonly string[],
  flags: SshFlags,
  nvidiaSmi?: string,
): Promise<Source> {
  compileUnhurriedly()
  const { intervalMs, probe, containerNames, engineLogs } = settings
  const { sshSource } = await import('../../sources/ssh/ssh.ts')
  return sshSource({
    hosts,
    ssh: sshOptionsOf(flags),
    clock: systemClock(),
    intervalMs,
    probe,
    containerNames,
    engineLogs,
    keys: givenKeys(environment, settings),
    ...(nvidiaSmi === undefined ? {} : { nvidiaSmi }),
  })
}
