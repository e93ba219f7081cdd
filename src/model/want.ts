/**
 * Something the judgement would like to see beside what every sample holds. The pure core returns wants with each frame;
 * the source fetches them with the next sample through whatever transport it has.
 */
export type Want = WantTarget & {
  /** `once`: until it was answered; `tick`: with every sample; a number: at most that often, in milliseconds. */
  readonly every: 'once' | 'tick' | number
  readonly maxBytes: number
  /** A pure function of `parse` that the source applies before fold and recorder, so that only what matters is kept. */
  readonly reduce?: ReducerId
}

export type WantTarget =
  | { readonly kind: 'process'; readonly pid: number }
  | { readonly kind: 'file'; readonly path: string; readonly viaPid?: number }
  | { readonly kind: 'head'; readonly path: string; readonly viaPid?: number }
  | { readonly kind: 'log'; readonly pid: number }
  /** Memory limits and use of a control group: its path as /proc/PID/cgroup gives it. */
  | { readonly kind: 'cgroup'; readonly path: string }
  /** The sockets that processes listen on: `net/PID/tcp` in the network namespace of the pid. */
  | { readonly kind: 'sockets'; readonly pid: number }
  | { readonly kind: 'listing'; readonly path: string }
  | { readonly kind: 'http'; readonly host: string; readonly port: number; readonly path: string }

export type ReducerId =
  | 'nvidia-smi'
  | 'allowed-environment'
  | 'engine-metrics'
  | 'engine-page'
  | 'local-addresses'
  | 'engine-log'
  | 'weights-index'

/** The names of the parts that answer a want, as recordings spell them (docs/recording-format.md). */
export function partNames(want: WantTarget): readonly string[] {
  switch (want.kind) {
    case 'process':
      return ['cmdline', 'stat', 'status', 'cgroup'].map((file) => processPart(want.pid, file))
    case 'file':
    case 'head':
      return [`${want.kind}/${want.viaPid === undefined ? '' : `@${want.viaPid}/`}${want.path}`]
    case 'cgroup':
      return CGROUP_FILES.map((file) => `cgroup${want.path === '/' ? '' : want.path}/${file}`)
    case 'sockets':
      return [`sockets/${want.pid}`]
    case 'log':
      return [`log/${want.pid}`]
    case 'listing':
      return [`listing/${want.path}`]
    case 'http':
      return [`http/${want.host}:${want.port}${want.path}`]
  }
}

/** What of a control group (version 2) says how near its limit it is; a file that is not there is a fault part. */
export const CGROUP_FILES = ['memory.max', 'memory.current', 'memory.stat', 'memory.events'] as const

/** The limits of device memory of a control group, and its use: kernels before 6.14 have none, so that nobody waits for them. */
export const DMEM_FILES = ['dmem.max', 'dmem.current'] as const

export function dmemPart(path: string, file: (typeof DMEM_FILES)[number]): string {
  return `cgroup${path === '/' ? '' : path}/${file}`
}

/** `proc/4242/stat`. */
export function processPart(pid: number, file: string): string {
  return `proc/${pid}/${file}`
}
