/** Where to listen: a host and a port, or a socket file. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** `127.0.0.1:9749`, `[::1]:9749`, `:9749` (all interfaces), `9749` (this machine only), `unix:/run/llmtop.sock`. */
export function readListenAddress(text: string): ListenAddress | undefined {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    return path.startsWith('/') ? { kind: 'unix', path } : undefined
  }
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]*)):)?(\d{1,5})$/i.exec(text)
  if (match === null) return undefined
  const [, six, name, digits] = match
  const port = Number(digits)
  if (port > 65_535) return undefined
  if (six !== undefined) return { kind: 'tcp', host: six, port }
  if (name === undefined) return { kind: 'tcp', host: '127.0.0.1', port }
  return { kind: 'tcp', host: name === '' ? '::' : name, port }
}

/** Whether only this machine can reach it. */
export function isLocal(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true
  return address.host === 'localhost' || address.host === '::1' || /^127(\.\d{1,3}){3}$/.test(address.host)
}

/** As it is written back to people. */
export function describeListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}
