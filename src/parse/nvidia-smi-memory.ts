import { at, MEMORY, readNumber } from './nvidia-smi-value.ts'
import type { DeviceMemory } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

/** The frame buffer of a `<gpu>` or of a `<mig_device>`; each has one of its own. */
export function readMemory(node: XmlNode): DeviceMemory {
  const usage = at(node, 'fb_memory_usage')
  return {
    totalBytes: readNumber(at(usage, 'total'), MEMORY),
    reservedBytes: readNumber(at(usage, 'reserved'), MEMORY),
    usedBytes: readNumber(at(usage, 'used'), MEMORY),
    freeBytes: readNumber(at(usage, 'free'), MEMORY),
  }
}

// integrated parts; some report a small wrong frame buffer (N1X: 8128 MiB), so the absence of numbers is not the only sign
const INTEGRATED = /\b(?:GB10|N1X|Thor|Orin|Xavier|Tegra|Jetson|nvgpu)\b/i

/** True for a GPU whose memory is the host's: it reports no frame buffer, or is known to be integrated. */
export function sharesHostMemory(name: string, memory: DeviceMemory): boolean {
  const { totalBytes } = memory
  return INTEGRATED.test(name) || (totalBytes.kind === 'missing' && totalBytes.reason === 'not-supported')
}
