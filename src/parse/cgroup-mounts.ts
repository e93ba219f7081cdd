/** Where the control groups that limit memory are to be seen in this mount namespace. */
export interface CgroupMount {
  /** With both mounted it is version 1 that has the memory controller. */
  readonly version: 1 | 2
  /** The group at the mount point: `/`, or in a container with version 1 its own. */
  readonly root: string
  readonly mountPoint: string
}

/** Reads /proc/self/mountinfo (proc(5)); undefined where no such hierarchy is mounted. */
export function parseCgroupMount(mountinfo: string): CgroupMount | undefined {
  const mounts = Array.from(
    mountinfo.matchAll(/^\d+ \d+ \S+ (\/\S*) (\/\S*) .*? - (cgroup2?) \S+ (\S+)$/gm),
    ([, root = '', mountPoint = '', type = '', options = '']) => ({ root, mountPoint, type, options }),
  )
  const first = mounts.find(({ type, options }) => type === 'cgroup' && options.split(',').includes('memory'))
  const found = first ?? mounts.find(({ type }) => type === 'cgroup2')
  if (found === undefined) return undefined
  const { root, mountPoint } = found
  return { version: found === first ? 1 : 2, root: unescaped(root), mountPoint: unescaped(mountPoint) }
}

/** The folder of a group of which /proc/PID/cgroup says the path; undefined where it lies outside of what is mounted. */
export function cgroupFolder({ root, mountPoint }: CgroupMount, path: string): string | undefined {
  if (!path.startsWith('/') || path.split('/').includes('..') || /[\n\0]/.test(path)) return undefined
  const base = root === '/' ? '' : root
  const inside = path === root ? '' : path.startsWith(`${base}/`) ? path.slice(base.length) : undefined
  return inside === undefined ? undefined : `${mountPoint}${inside.replace(/\/$/, '')}`
}

/** Blanks and backslashes stand as octal numbers. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
