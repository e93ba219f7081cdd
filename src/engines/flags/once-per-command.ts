import type { EngineFlags } from './engine-flags.ts'
import type { Environment } from './read-flags.ts'

export const NO_ENVIRONMENT: Environment = {}

/**
 * `read`, done once for one and the same command and environment: an engine is asked about them several times at every tick,
 * and they stay the same arrays and objects while the process lives.
 */
export function oncePerCommand(
  read: (args: readonly string[], environment: Environment) => EngineFlags,
): (args: readonly string[], environment?: Environment) => EngineFlags {
  const past = new WeakMap<
    readonly string[],
    { readonly environment: Environment; readonly flags: EngineFlags }
  >()
  return (args, environment = NO_ENVIRONMENT) => {
    const before = past.get(args)
    if (before?.environment === environment) return before.flags
    const flags = read(args, environment)
    past.set(args, { environment, flags })
    return flags
  }
}
