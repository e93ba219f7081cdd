import { asObject } from '../../core/decode.ts'
import type { Part, RawSample } from '../../model/sample.ts'
import { identifiers, type Identifiers } from './anonymous/identifiers.ts'
import { nameBook, type NameBook } from './anonymous/name-book.ts'
import { paths } from './anonymous/paths.ts'

/**
 * Replaces what tells whose machine it was: hosts, users, their folders, cards by UUID and serial number, containers,
 * addresses. The same name is replaced by the same in texts and in names of parts, so that a recording is judged as before.
 * Programs, engines, options and published models stay. What stands inside the heads of model files stays too.
 */
export interface Anonymizer {
  sample(sample: RawSample): RawSample
  text(text: string): string
}

export function anonymizer(): Anonymizer {
  const ids = identifiers()
  const names = nameBook()
  const places = paths(names)

  function text(value: string): string {
    return names.words(places.text(ids.text(value)))
  }

  function part(name: string, value: Part): Part {
    switch (value.kind) {
      case 'text':
        return NUMBERS_ONLY.test(name) ? value : { ...value, text: text(value.text) }
      case 'fault':
        return { ...value, fault: everyText(value.fault, text) }
      case 'bytes':
      case 'same':
        return value
    }
  }

  function partName(name: string): string {
    const [, kind = '', rest = ''] = PLACE.exec(name) ?? []
    if (kind !== '') return kind + places.path(ids.text(rest))
    const [, host = '', route = ''] = ADDRESS.exec(name) ?? []
    return host === '' ? name : `http/${names.words(ids.text(host))}${route}`
  }

  return {
    text,
    sample(sample) {
      learn(sample, names, ids)
      const parts = [...sample.parts].map(([name, value]) => [partName(name), part(name, value)] as const)
      return { ...sample, host: names.host(sample.host), parts: new Map(parts) }
    },
  }
}

const NUMBERS_ONLY =
  /^(?:meminfo|vmstat|pressure\/memory|loadavg|uptime|processes|proc\/\d+\/(?:stat|status))$/
const PLACE = /^((?:file|head|listing)\/(?:@\d+\/)?|engine-log\/|cgroup)(\/.*)$/s
const ADDRESS = /^http\/(.*?:\d+)(\/.*)$/s

/** Names of people and machines must be known before the first text that holds them is replaced. */
function learn(sample: RawSample, names: NameBook, ids: Identifiers): void {
  names.learnHost(sample.host)
  for (const [, uid, user] of matchesIn(sample.parts.get('users'), /^(\d+):(.+)$/gm)) {
    if (isPerson(Number(uid))) names.learnUser(user)
  }
  for (const [, id, container] of matchesIn(sample.parts.get('containers'), /^([\da-f]{12,64}) (.+)$/gm)) {
    ids.learnContainer(id)
    names.learnContainer(container)
  }
  for (const part of sample.parts.values()) {
    for (const [, user] of matchesIn(part, HOME)) names.learnUser(user)
  }
}

function matchesIn(part: Part | undefined, pattern: RegExp): readonly (readonly [string, string, string])[] {
  if (part?.kind !== 'text') return []
  return Array.from(part.text.matchAll(pattern), ([all, first = '', second = '']) => [all, first, second])
}

/** Accounts below are those of the system and of services, the same on many machines (login.defs(5): UID_MIN). */
function isPerson(uid: number): boolean {
  return uid >= 1000 && uid !== 65_534
}

const HOME = /(?:\/home\/|[/\\]Users\\?[/\\])([^\s/\\"'`\0:;,<>|=()[\]{}]+)/g

/** A value of the same shape, each text in it replaced. */
function everyText<T extends object>(value: T, replace: (text: string) => string): T {
  const entries = Object.entries(asObject(value) ?? {}).map(([key, item]) => [
    key,
    typeof item === 'string' && key !== 'kind' ? replace(item) : item,
  ])
  return { ...value, ...(Object.fromEntries(entries) as object) }
}
