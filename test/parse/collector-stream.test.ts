import { describe, expect, test } from 'vitest'
import { readStream, startStream, type CollectorEvent } from '../../src/parse/collector-stream.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const MARK = `\u001e${SECRET}`
const OTHER = `\u001e${'f'.repeat(32)}`

const WHOLE = [
  'Welcome!\n',
  `\n${MARK} h leader=yes epoch=17\n`,
  `\n${MARK} p meminfo\nMemTotal: 1 kB\n\n${MARK} e 0\n`,
  `${MARK} p proc/7/cmdline\na\0b\n${OTHER} e 0\n${MARK} e 0\n`,
  `${MARK} p empty\n\n${MARK} e 1\n`,
  `${MARK} z 4\n`,
].join('')

const EVENTS: readonly CollectorEvent[] = [
  { kind: 'noise', text: 'Welcome!\n' },
  {
    kind: 'hello',
    facts: new Map([
      ['leader', 'yes'],
      ['epoch', '17'],
    ]),
  },
  { kind: 'part', name: 'meminfo', body: 'MemTotal: 1 kB\n', code: 0 },
  { kind: 'part', name: 'proc/7/cmdline', body: `a\0b\n${OTHER} e 0`, code: 0 },
  { kind: 'part', name: 'empty', body: '', code: 1 },
  { kind: 'done', id: '4' },
]

describe('the stream of a collector', () => {
  test('is parts and ends, whatever text is quoted in them', () => {
    expect(read([WHOLE])).toEqual(EVENTS)
  })

  test.each([1, 2, 7, 33, 34, 35, 36, 50])('reads the same in pieces of %i characters', (size) => {
    const pieces = WHOLE.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
    const events = read(pieces)
    expect(events.filter(({ kind }) => kind !== 'noise')).toEqual(
      EVENTS.filter(({ kind }) => kind !== 'noise'),
    )
    expect(events.map((event) => (event.kind === 'noise' ? event.text.trim() : '')).join('')).toBe('Welcome!')
  })

  test('believes nothing that comes without its secret', () => {
    expect(read([WHOLE.replaceAll(SECRET, 'f'.repeat(32))]).filter(({ kind }) => kind !== 'noise')).toEqual(
      [],
    )
  })

  test('gives no part that another one cuts off', () => {
    const cut = `${MARK} p nvidia-smi\n<gpu>\n${MARK} p meminfo\nMemTotal\n${MARK} e 0\n`
    expect(read([cut])).toEqual([{ kind: 'part', name: 'meminfo', body: 'MemTotal', code: 0 }])
  })

  test('keeps nothing of a greeting without end', () => {
    let stream = startStream(SECRET)
    for (let piece = 0; piece < 100; piece++) stream = readStream(stream, 'x'.repeat(1000)).stream
    expect(stream.tail.length + stream.bodyLength).toBeLessThan(100)
  })
})

function read(pieces: readonly string[]): readonly CollectorEvent[] {
  const events: CollectorEvent[] = []
  let stream = startStream(SECRET)
  for (const piece of pieces) {
    const step = readStream(stream, piece)
    stream = step.stream
    events.push(...step.events)
  }
  return events
}
