import { printable } from '../core/text.ts'
import { CGROUP_FILES, partNames } from '../model/want.ts'
import { asVersion2, reduceMemoryStat, VERSION_1_FILES, type CgroupFile } from '../parse/cgroup-memory.ts'
import { cgroupFolder, parseCgroupMount, type CgroupMount } from '../parse/cgroup-mounts.ts'
import { readProcessFile } from './proc-files.ts'
import type { Part } from '../model/sample.ts'

/** Reads the memory files of control groups, of version 1 as those of version 2. */
export function cgroupReader(procRoot: string): (path: string) => Promise<ReadonlyMap<string, Part>> {
  // what is mounted when llmtop starts stays
  let mount: Promise<CgroupMount | undefined> | undefined

  return async (path) => {
    mount ??= readProcessFile(`${procRoot}/self/mountinfo`).then((text) => parseCgroupMount(text ?? ''))
    const found = await mount
    const folder = found === undefined ? undefined : cgroupFolder(found, path)
    const names = partNames({ kind: 'cgroup', path })
    const parts = new Map<string, Part>()
    for (const [at, file] of CGROUP_FILES.entries()) {
      const text =
        found === undefined || folder === undefined ? undefined : await readText(found, folder, file)
      parts.set(
        names[at] ?? file,
        text === undefined ? notFound(folder ?? path, file) : { kind: 'text', text },
      )
    }
    return parts
  }
}

async function readText(
  { version }: CgroupMount,
  folder: string,
  file: CgroupFile,
): Promise<string | undefined> {
  if (version === 1) {
    const text = await readProcessFile(`${folder}/${VERSION_1_FILES[file]}`)
    return text === undefined ? undefined : asVersion2(file, text)
  }
  const text = await readProcessFile(`${folder}/${file}`)
  return text === undefined || file !== 'memory.stat' ? text : reduceMemoryStat(text)
}

function notFound(folder: string, file: string): Part {
  return { kind: 'fault', fault: { kind: 'not-found', what: `'${printable(folder)}/${file}'` } }
}
