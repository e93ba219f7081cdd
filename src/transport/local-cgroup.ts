import { printable } from '../core/text.ts'
import { CGROUP_FILES, DMEM_FILES, dmemPart, partNames } from '../model/want.ts'
import { asVersion2, reduceMemoryStat, VERSION_1_FILES, type CgroupFile } from '../parse/cgroup-memory.ts'
import { cgroupFolder, parseCgroupMount, type CgroupMount } from '../parse/cgroup-mounts.ts'
import { readProcessFile, type ProcReader } from './proc-files.ts'
import type { Part } from '../model/sample.ts'

/**
 * Reads the memory files of control groups, of version 1 as those of version 2.
 * @param read how a file of the kernel is read: here, or on a node
 */
export function cgroupReader(
  procRoot: string,
  read: ProcReader = readProcessFile,
): (path: string) => Promise<ReadonlyMap<string, Part>> {
  // what is mounted when llmtop starts stays
  let mount: Promise<CgroupMount | undefined> | undefined

  return async (path) => {
    mount ??= read(`${procRoot}/self/mountinfo`).then((text) => parseCgroupMount(text ?? ''))
    const found = await mount
    const folder = found === undefined ? undefined : cgroupFolder(found, path)
    const names = partNames({ kind: 'cgroup', path })
    const texts = await Promise.all(
      CGROUP_FILES.map((file) =>
        found === undefined || folder === undefined
          ? Promise.resolve(undefined)
          : readText(read, found, folder, file),
      ),
    )
    const parts = CGROUP_FILES.map((file, at): readonly [string, Part] => {
      const text = texts[at]
      const part: Part = text === undefined ? notFound(folder ?? path, file) : { kind: 'text', text }
      return [names[at] ?? file, part]
    })
    return new Map([...parts, ...(await dmemParts(read, found, folder, path))])
  }
}

/** Only where there are any. */
async function dmemParts(
  read: ProcReader,
  mount: CgroupMount | undefined,
  folder: string | undefined,
  path: string,
): Promise<readonly (readonly [string, Part])[]> {
  if (mount?.version !== 2 || folder === undefined) return []
  const texts = await Promise.all(DMEM_FILES.map((file) => read(`${folder}/${file}`)))
  return DMEM_FILES.flatMap((file, at): readonly (readonly [string, Part])[] => {
    const text = texts[at]
    return text === undefined ? [] : [[dmemPart(path, file), { kind: 'text', text }]]
  })
}

async function readText(
  read: ProcReader,
  { version }: CgroupMount,
  folder: string,
  file: CgroupFile,
): Promise<string | undefined> {
  if (version === 1) {
    const text = await read(`${folder}/${VERSION_1_FILES[file]}`)
    return text === undefined ? undefined : asVersion2(file, text)
  }
  const text = await read(`${folder}/${file}`)
  return text === undefined || file !== 'memory.stat' ? text : reduceMemoryStat(text)
}

function notFound(folder: string, file: string): Part {
  return { kind: 'fault', fault: { kind: 'not-found', what: `'${printable(folder)}/${file}'` } }
}
