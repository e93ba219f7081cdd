import { gibibytes, mebibytes } from '../core/units.ts'

/** What a client of CUDA MPS may hold of one device. */
export interface MpsLimit {
  /** As the client counts its devices, `0`, or a UUID or the beginning of one. */
  readonly device: string
  readonly bytes: number
}

/**
 * CUDA_MPS_PINNED_DEVICE_MEM_LIMIT, `0=1G,1=512MB`; what is none of that is left out.
 * docs.nvidia.com/deploy/mps, environment variables.
 */
export function parseMpsLimits(text: string): readonly MpsLimit[] {
  return text.split(',').flatMap((entry) => {
    const [, device, count, unit] = ENTRY.exec(entry.trim()) ?? []
    if (device === undefined || count === undefined || unit === undefined) return []
    const bytes = unit.toUpperCase() === 'G' ? gibibytes(Number(count)) : mebibytes(Number(count))
    return bytes > 0 ? [{ device, bytes }] : []
  })
}

const ENTRY = /^(\d{1,3}|(?:GPU|MIG)-[\da-f-]{1,36})\s*=\s*(\d{1,9})\s*([MG])B?$/i
