import type { Part, RawSample } from '../../src/model/sample.ts'
import { seededRandom } from './random.ts'

type Random = () => number

const NAMES = ['nvidia-smi', 'meminfo', 'proc/42/stat', 'proc/42/cmdline', 'http/h:1/metrics', 'head//m.gguf']
const HOSTS = ['node1', 'node2']

/** Samples of two hosts in turn, with parts of every kind that come, change, stay, fail and go. */
export function randomSamples(seed: number, count: number): readonly RawSample[] {
  const random = seededRandom(seed)
  const texts = new Map<string, string>()
  const sequences = new Map<string, number>()
  return Array.from({ length: count }, (_, at) => {
    const host = pick(random, HOSTS)
    const sequence = (sequences.get(host) ?? -1) + 1
    sequences.set(host, sequence)
    const names = NAMES.filter(() => random() < 0.7)
    const link = random() < 0.1 ? { link: { state: 'late', ageMs: 900, retryInMs: null } as const } : {}
    return {
      host,
      sequence,
      takenAtEpochMs: Date.UTC(2026, 10, 21) + at * 1000,
      elapsedMs: at * 1000,
      intervalMs: random() < 0.8 ? 2000 : 500,
      ...link,
      parts: new Map(names.map((name) => [name, randomPart(random, texts, `${host} ${name}`)])),
    }
  })
}

function randomPart(random: Random, texts: Map<string, string>, key: string): Part {
  const chance = random()
  if (chance < 0.15) return { kind: 'same' }
  if (chance < 0.25)
    return { kind: 'fault', fault: { kind: 'not-found', what: key }, ...maybe(random, 'tookMs') }
  if (chance < 0.3) return { kind: 'bytes', base64: 'R0dV'.repeat(Math.ceil(random() * 9000)), sizeBytes: 9 }
  const text = changed(random, texts.get(key) ?? '')
  texts.set(key, text)
  return {
    kind: 'text',
    text,
    ...maybe(random, 'tookMs'),
    ...maybe(random, 'ageMs'),
    ...(random() < 0.1 ? { status: 200, contentType: 'text/plain' } : {}),
  }
}

/** Line ends of Windows, none at all, quotes, NULs, half a surrogate pair: a recording gives back what it got. */
const LINES = [
  '',
  'used: 1',
  'used: 2',
  '"quoted\\"',
  'a\0b\0',
  'räksmörgås 🦙',
  '\ud83e',
  'end\r',
  '\u2028',
  ' '.repeat(90),
]

function changed(random: Random, text: string): string {
  const chance = random()
  if (chance < 0.2) return text
  if (chance < 0.4) return Array.from({ length: random() * 12 }, () => pick(random, LINES)).join('\n')
  const lines = text.split('\n')
  lines[Math.floor(random() * lines.length)] = pick(random, LINES)
  return lines.join('\n')
}

function maybe(random: Random, key: 'tookMs' | 'ageMs'): Partial<Record<'tookMs' | 'ageMs', number>> {
  return random() < 0.3 ? { [key]: Math.floor(random() * 5000) } : {}
}

function pick<T>(random: Random, values: readonly T[]): T {
  const [first] = values
  const value = values[Math.floor(random() * values.length)] ?? first
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}
