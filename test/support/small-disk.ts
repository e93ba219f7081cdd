import { spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

/** A real file system of its own, that fills up. */
export interface SmallDisk {
  readonly folder: string
  /** Gives it so much room, files and all. */
  resize(kib: number): void
}

/** Why there can be none here; undefined where there can. */
export const NO_SMALL_DISK: string | undefined = reason()

/** A file system in memory of so many KiB; whoever calls may mount (see `NO_SMALL_DISK`). */
export function smallDisk(kib: number): SmallDisk {
  const folder = temporaryFolder()
  mount('-t', 'tmpfs', '-o', `size=${kib}k`, 'llmtop-test', folder)
  onTestFinished(() => {
    // lazily: what a test that failed left running may still be in it
    spawnSync('umount', ['-l', folder])
  })
  return {
    folder,
    resize: (next) => {
      mount('-o', `remount,size=${next}k`, folder)
    },
  }
}

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`)
}

function reason(): string | undefined {
  if (process.platform !== 'linux') return 'this is no Linux'
  // in namespaces of its own, so that nothing of it stays
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
    encoding: 'utf8',
  })
  if (tried.error !== undefined) return "there is no 'unshare'"
  return tried.status === 0 ? undefined : `nothing can be mounted: ${tried.stderr.trim()}`
}
