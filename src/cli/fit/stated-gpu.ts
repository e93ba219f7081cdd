import { printable } from '../../core/text.ts'

/** A card that the user names. */
export interface StatedGpu {
  readonly name: string | undefined
  readonly totalBytes: number
}

/** `24GiB`, `24G`, `49140MiB`, `RTX 3090:24GiB`. Vendors write GB and mean GiB, so they are the same here. */
export function parseGpu(text: string): StatedGpu | undefined {
  const [, name, digits = '', unit = 'G'] =
    /^(?:(.+):)?\s*(\d+(?:\.\d+)?)\s*([GMT])?(?:i?B)?$/i.exec(text.trim()) ?? []
  const totalBytes = Math.round(Number(digits) * 1024 ** POWERS.indexOf(unit.toUpperCase()))
  return totalBytes > 0
    ? { name: name === undefined ? undefined : printable(name.trim()), totalBytes }
    : undefined
}

const POWERS = ['B', 'K', 'M', 'G', 'T']
