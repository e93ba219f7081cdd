import type { Frame } from '../../model/frame.ts'
import type { Scene } from '../../view/panel.ts'
import { see } from '../../view/seen.ts'
import type { Seen } from '../../view/seen.ts'
import { LEVELS } from '../../view/track.ts'

// From here on a host keeps half an hour of history in place of a day: 64 hosts are then what a few alone would be.
const FEW_HOSTS = 4

/** What was seen of every host, the newest frame and the past of each. */
export interface Hosts {
  readonly count: number
  add(frame: Frame): void
  /** Takes the place of what was seen of that host. */
  put(seen: Seen): void
  /** The host of that name, else the first one; undefined before the first frame. */
  scene(host: string | undefined): Pick<Scene, keyof Seen | 'hosts'> | undefined
  /** What was seen until now: later frames don't change it. */
  snapshot(): Hosts
}

export function hostsSeen(seen = new Map<string, Seen>()): Hosts {
  return {
    get count() {
      return seen.size
    },
    add(frame) {
      // while no host is known, the Prometheus that is asked stands for all
      if (frame.source.kind === 'prometheus' && frame.host !== frame.source.label)
        seen.delete(frame.source.label)
      const depth = seen.size > FEW_HOSTS ? 1 : LEVELS
      seen.set(frame.host, see(seen.get(frame.host), frame, depth))
    },
    put(one) {
      seen.set(one.frame.host, one)
    },
    scene(host) {
      const hosts = [...seen.values()]
      const shown = (host === undefined ? undefined : seen.get(host)) ?? hosts[0]
      return shown === undefined ? undefined : { ...shown, hosts }
    },
    snapshot: () => hostsSeen(new Map(seen)),
  }
}
