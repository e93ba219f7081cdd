/** A network that this machine reaches through a bridge or a pair of its own, as container runtimes make them. */
export interface ContainerNetwork {
  /** The first address and the mask, as 32-bit numbers. */
  readonly base: number
  readonly mask: number
}

/**
 * Reads /proc/self/net/route: the networks without a gateway behind interfaces that lead to containers and nowhere else. An
 * address of any other network (a container behind pasta or slirp4netns) would lead out of this machine, or to another server of it.
 */
export function parseContainerNetworks(route: string): readonly ContainerNetwork[] {
  const rows = route.matchAll(/^(\S+)\t([\dA-F]{8})\t00000000\t\S+\t\d+\t\d+\t\d+\t([\dA-F]{8})\t/gm)
  return Array.from(rows, ([, name = '', base = '', mask = '']) => ({
    name,
    base: word(base),
    mask: word(mask),
  }))
    .filter(({ name, mask }) => LEADS_TO_CONTAINERS.test(name) && mask !== 0)
    .map(({ base, mask }) => ({ base, mask }))
}

export function isInNetworks(address: string, networks: readonly ContainerNetwork[]): boolean {
  const bytes = address.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255))
    return false
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  return networks.some(({ base, mask }) => (value & mask) >>> 0 === base)
}

// docker, podman (and CNI), containerd and Kubernetes' usual networks, LXC
const LEADS_TO_CONTAINERS =
  /^(?:docker|br-|podman|cni|cbr|nerdctl|veth|cali|cilium|lxc|lxd|incus|eni|flannel|weave|kube|virbr)/

/** Its bytes stand backwards, as in all of /proc/net on a little-endian machine. */
function word(hex: string): number {
  const bytes = (hex.match(/../g) ?? []).reverse()
  return Number.parseInt(bytes.join(''), 16)
}
