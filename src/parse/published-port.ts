import { printable } from '../core/text.ts'

/** A port of a container that is published on its host. */
export interface PublishedPort {
  readonly hostAddress: string
  readonly hostPort: number
  readonly containerAddress: string
  readonly containerPort: number
}

/**
 * Reads the command line of the proxy that Docker runs for each published port, rootless or not:
 * `docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8000 -container-ip 172.17.0.2 -container-port 8000`.
 * undefined for all else, UDP too.
 */
export function parsePublishedPort(command: readonly string[]): PublishedPort | undefined {
  const [program = '', ...args] = command
  if (!PROXIES.test(program) || (valueOf(args, 'proto') ?? 'tcp') !== 'tcp') return undefined
  const hostPort = Number(valueOf(args, 'host-port'))
  const containerPort = Number(valueOf(args, 'container-port'))
  const containerAddress = valueOf(args, 'container-ip')
  if (containerAddress === undefined || !isPort(hostPort) || !isPort(containerPort)) return undefined
  const hostAddress = valueOf(args, 'host-ip') ?? '0.0.0.0'
  return { hostAddress, hostPort, containerAddress, containerPort }
}

/** How the kernel lists these proxies, cut to 15 bytes. */
export const PROXY_COMMS: ReadonlySet<string> = new Set(['docker-proxy', 'rootlesskit-doc'])

const PROXIES = /(?:^|\/)(?:rootlesskit-)?docker-proxy$/

/** `-name value`, `--name value` and `--name=value`, as Go's flag package takes them. */
function valueOf(args: readonly string[], name: string): string | undefined {
  for (const [at, arg] of args.entries()) {
    const [, flag, value] = /^--?([a-z-]+)(?:=(.*))?$/.exec(arg) ?? []
    const found = value ?? args[at + 1]
    if (flag === name && found !== undefined) return printable(found)
  }
  return undefined
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}
