import type { ListenAddress } from '../../config/listen-address.ts'
import type { SshFlags } from '../ssh/options.ts'

/** The flags of `llmtop serve`. */
export interface ServeOptions extends SshFlags {
  readonly listen: ListenAddress
  readonly tokenFile?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly insecure?: boolean
  readonly watchSsh?: readonly string[]
  readonly labelPid?: boolean
  readonly labelCommand?: boolean
}
