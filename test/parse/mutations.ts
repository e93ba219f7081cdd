/** One way to damage a text; `random` gives numbers in [0, 1). */
export interface Mutation {
  readonly name: string
  readonly apply: (text: string, random: () => number) => string
}

/** What a torn recording, a broken link or a hostile process name could make of a document. */
export const MUTATIONS: readonly Mutation[] = [
  { name: 'cut anywhere', apply: (text, random) => text.slice(0, pick(random, text.length)) },
  { name: 'cut in front', apply: (text, random) => text.slice(pick(random, text.length)) },
  { name: 'flip one bit', apply: flipBit },
  {
    name: 'flip many bits',
    apply: (text, random) => repeat(text, 1 + pick(random, 40), (t) => flipBit(t, random)),
  },
  { name: 'flip tag brackets', apply: flipBracket },
  { name: 'double a piece', apply: (text, random) => splice(text, random, (piece) => piece + piece) },
  { name: 'leave out a piece', apply: (text, random) => splice(text, random, () => '') },
  { name: 'move a piece', apply: movePiece },
  {
    name: 'double a line many times',
    apply: (text, random) => onLine(text, random, (line) => `${line}\n`.repeat(50)),
  },
  { name: 'leave out a line', apply: (text, random) => onLine(text, random, () => '') },
  { name: 'swap two lines', apply: swapLines },
  {
    name: 'insert control characters',
    apply: (text, random) => insert(text, random, '\u001b[2J\u0000\u009b\u202e\ufeff'),
  },
  {
    name: 'insert entities',
    apply: (text, random) => insert(text, random, '&#27;&#x9b;&#0;&bomb;&amp;#27;&#1114112;'),
  },
  { name: 'insert many entities', apply: (text, random) => insert(text, random, '&lt;&#65;'.repeat(3000)) },
  { name: 'nest deeply', apply: (text, random) => insert(text, random, '<a>'.repeat(20_000)) },
  {
    name: 'nest deeply and back',
    apply: (text, random) => insert(text, random, '<a>'.repeat(2000) + '</a>'.repeat(2000)),
  },
  {
    name: 'insert a document type',
    apply: (text, random) => insert(text, random, '<!DOCTYPE x [<!ENTITY bomb "boom">]>'),
  },
  {
    name: 'insert reserved names',
    apply: (text, random) => insert(text, random, '<__proto__><uuid>1</uuid></__proto__><constructor/>'),
  },
  { name: 'insert a comment', apply: (text, random) => insert(text, random, '<!-- <gpu id="1"> -->') },
  {
    name: 'insert a character section',
    apply: (text, random) => insert(text, random, '<![CDATA[<gpu id="1">]]>'),
  },
]

/** What no machine prints: a few megabytes in one place. Slow to make, so they are tried once. */
export const HUGE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a huge attribute',
    apply: (text) => text.replace('<gpu id="', `<gpu id="${'x'.repeat(10_000_000)}`),
  },
  {
    name: 'a million attributes',
    apply: (text) => text.replace('<gpu id=', `<gpu ${'a="1" '.repeat(1_000_000)} id=`),
  },
  { name: 'a huge tag', apply: (text) => text.replace('<uuid>', `<uuid ${'a '.repeat(5_000_000)}>`) },
  {
    name: 'a huge name',
    apply: (text) => text.replace('<process_name>', `<process_name>${'n '.repeat(500_000)}`),
  },
  { name: 'huge blanks', apply: (text) => text.replaceAll('<uuid>', `<uuid>${' '.repeat(1_000_000)}`) },
  {
    name: 'a hundred thousand entities',
    apply: (text) => text.replace('<process_name>', `<process_name>${'&amp;&#10;'.repeat(100_000)}`),
  },
  { name: 'a million openings', apply: (text) => text.replace('<pci>', `<pci>${'<x>'.repeat(1_000_000)}`) },
  {
    name: 'a million tables without end',
    apply: (text) => text.replace('<pci>', `<pci>${'<supported_clocks>'.repeat(500_000)}`),
  },
  {
    name: 'a million GPUs',
    apply: (text) => text.replace('</gpu>', `</gpu>${'<gpu id="1"></gpu>'.repeat(500_000)}`),
  },
  {
    name: 'a million error lines',
    apply: (text) => 'Failed to initialize NVML: Timeout\n'.repeat(300_000) + text,
  },
  { name: 'a million roots', apply: (text) => '<nvidia_smi_log>'.repeat(500_000) + text },
]

function pick(random: () => number, below: number): number {
  return Math.floor(random() * below)
}

function repeat(text: string, times: number, change: (text: string) => string): string {
  return Array<undefined>(times).fill(undefined).reduce<string>(change, text)
}

function flipBit(text: string, random: () => number): string {
  const at = pick(random, text.length)
  const flipped = String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << pick(random, 8)))
  return text.slice(0, at) + flipped + text.slice(at + 1)
}

function flipBracket(text: string, random: () => number): string {
  const at = text.indexOf(random() < 0.5 ? '<' : '>', pick(random, text.length))
  return at < 0 ? text : `${text.slice(0, at)}=${text.slice(at + 1)}`
}

function insert(text: string, random: () => number, piece: string): string {
  const at = pick(random, text.length)
  return text.slice(0, at) + piece + text.slice(at)
}

function splice(text: string, random: () => number, change: (piece: string) => string): string {
  const from = pick(random, text.length)
  const to = from + pick(random, text.length - from)
  return text.slice(0, from) + change(text.slice(from, to)) + text.slice(to)
}

function movePiece(text: string, random: () => number): string {
  let moved = ''
  const without = splice(text, random, (piece) => {
    moved = piece
    return ''
  })
  return insert(without, random, moved)
}

function onLine(text: string, random: () => number, change: (line: string) => string): string {
  const lines = text.split('\n')
  const at = pick(random, lines.length)
  return lines.with(at, change(lines[at] ?? '')).join('\n')
}

function swapLines(text: string, random: () => number): string {
  const lines = text.split('\n')
  const [a, b] = [pick(random, lines.length), pick(random, lines.length)]
  return lines
    .with(a, lines[b] ?? '')
    .with(b, lines[a] ?? '')
    .join('\n')
}
