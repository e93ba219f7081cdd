import type { Rules } from '../analyse/rules.ts'
import { partNames, type Want } from '../model/want.ts'
import type { Source } from '../sources/source.ts'
import { startFolding } from './fold.ts'
import type { Session, Shown } from './session.ts'

/** A source from its beginning to its end, every frame of it. */
export function follow(source: Source, rules: Rules): Session {
  return {
    shown: (signal) => framesOf(source, rules, signal),
    control: (command) => {
      source.control(command)
    },
    state: () => source.state(),
    ending: () => source.ending(),
  }
}

async function* framesOf(source: Source, rules: Rules, signal: AbortSignal): AsyncIterable<Shown> {
  const folding = startFolding(source.origin, rules)
  const wants = new Map<string, readonly Want[]>()
  const answered = new Set<string>()
  for await (const sample of source.samples((host) => wants.get(host) ?? [], signal)) {
    const stepped = folding.next(sample)
    wants.set(sample.host, stepped.wants)
    for (const name of sample.parts.keys()) answered.add(name)
    const awaited = stepped.wants.filter((want) => !partNames(want).every((name) => answered.has(name)))
    yield { kind: 'frame', frame: stepped.frame, sample, awaited: awaited.length }
  }
}
