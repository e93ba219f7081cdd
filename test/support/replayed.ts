import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Fault } from '../../src/core/fault.ts'
import type { Part, RawSample } from '../../src/model/sample.ts'
import { openReplay } from '../../src/sources/replay/replay.ts'
import { fakeClock } from './fake-clock.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface Replayed {
  readonly samples: readonly RawSample[]
  /** Why it ended early, if it did. */
  readonly ending: Fault | undefined
}

/** All samples of a log as fast as it goes; a file that is no log has none. */
export async function replayed(
  path: string,
  afterEach: () => void | Promise<void> = () => undefined,
): Promise<Replayed> {
  const opened = await openReplay(path, { clock: fakeClock(), speed: Infinity, demo: false })
  if (opened.kind === 'fault') return { samples: [], ending: opened.fault }
  const samples: RawSample[] = []
  for await (const sample of opened.source.samples(() => [], new AbortController().signal)) {
    samples.push(sample)
    await afterEach()
  }
  return { samples, ending: opened.source.ending() }
}

/** The same of a file with this content; its faults name it without its folder. */
export async function replayedText(content: string | Uint8Array, name: string): Promise<Replayed> {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  const { samples, ending } = await replayed(path)
  return { samples: samples.map(withoutFolder), ending: ending && named(ending) }
}

function withoutFolder(sample: RawSample): RawSample {
  const parts = [...sample.parts].map(([name, part]): [string, Part] => [
    name,
    part.kind === 'fault' ? { ...part, fault: named(part.fault) } : part,
  ])
  return { ...sample, parts: new Map(parts) }
}

function named(fault: Fault): Fault {
  return 'file' in fault ? { ...fault, file: basename(fault.file) } : fault
}
