import { known, missing } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import type { Reading } from '../core/reading.ts'

/** Where a process stands in the control groups. */
export interface ProcCgroup {
  /** The group that limits its memory: of the unified hierarchy (v2), or of v1's memory controller where that is used. */
  readonly path: Reading<string>
  /** The first 12 characters, as docker and podman print it; undefined outside of containers, or where it can't be seen. */
  readonly containerId: string | undefined
}

// docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope, slice:cri-containerd:ID (containerd under
// systemd), or the bare ID as a folder (docker and kubepods with the cgroupfs driver); conmon only watches a container.
const CONTAINER = /(?:^|\/)(?:[^/]*[:-])?([0-9a-f]{64})(?:\.scope)?(?=\/|$)/g
const WATCHER = /(?:^|\/)(?:libpod|crio)-conmon-[0-9a-f]{64}(?:\.scope)?(?=\/|$)/g

/** Reads /proc/PID/cgroup of cgroup v2, v1 or both (lines `id:controllers:path`). */
export function parseCgroup(text: string): ProcCgroup {
  const groups = Array.from(text.matchAll(/^\d{1,5}:([^:\n]*):(\/.*)$/gm), ([, controllers, path]) => ({
    controllers: controllers?.split(',') ?? [],
    path: printable(path?.replace(/\r$/, '') ?? ''),
  }))
  const limiting =
    groups.find((group) => group.controllers.includes('memory')) ??
    groups.find((group) => group.controllers.includes('')) ??
    groups.find((group) => group.controllers.includes('name=systemd')) ??
    groups[0]
  return {
    path: limiting === undefined ? missing('not-reported') : known(limiting.path),
    containerId: groups.map((group) => containerIn(group.path)).find((id) => id !== undefined),
  }
}

// the innermost: in a container that runs containers itself (kind, docker in docker) it is the one that holds the process
function containerIn(path: string): string | undefined {
  const ids = Array.from(path.replace(WATCHER, '').matchAll(CONTAINER), ([, id]) => id)
  return ids.at(-1)?.slice(0, 12)
}
