import { readFile } from 'node:fs/promises'

const AT_PAGESZ = 6n
/** What x86 has always had; an arm64 kernel may have 64 KiB. */
const USUAL_PAGE_BYTES = 4096

/** The size of a memory page, from the auxiliary vector that the kernel gave this process: pairs of 64-bit numbers. */
export async function pageBytes(procRoot: string): Promise<number> {
  const vector = await readFile(`${procRoot}/self/auxv`).catch(() => undefined)
  for (let at = 0; vector !== undefined && at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8))
  }
  return USUAL_PAGE_BYTES
}
