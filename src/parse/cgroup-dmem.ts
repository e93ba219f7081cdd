/**
 * Bytes of device memory by PCI address, out of `dmem.max` or `dmem.current` of a control group: one line per region,
 * `nvidia/0000:18:00.0/vidmem 42949672960` (NVIDIA's driver since 615) or `drm/0000:03:00.0/vram0 max`. No limit is left
 * out, and so is what is no memory of the card (`stolen`, `gtt`).
 * Kernel documentation, admin-guide/cgroup-v2, "DMEM"; docs.nvidia.com/dynamo, "Per-GPU Compute and Memory Limits with MPS".
 */
export function parseDmem(text: string): ReadonlyMap<string, number> {
  const regions = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, address, bytes] = REGION.exec(line) ?? []
    if (address !== undefined && bytes !== undefined) regions.set(pciKey(address), Number(bytes))
  }
  return regions
}

const REGION = /^\w+\/([\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.[\da-f])\/(?:vidmem|vram)\d* (\d{1,19})$/i

/** nvidia-smi writes a PCI domain with eight digits, the kernel with four, in either case of letters. */
export function pciKey(address: string): string {
  return address.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '')
}
