/**
 * What to say of a key that is in no table: what takes its place, where it is one of nvtop, htop, btop or nvitop;
 * undefined for what no one presses on purpose.
 */
export function keyElsewhere(key: string): string | undefined {
  const known = ELSEWHERE[key]
  if (known !== undefined) return known
  const letter = key.replace(/^S-(?=[a-z]$)/, '')
  const name = letter === key ? key : letter.toUpperCase()
  if (/^[5-90]$/.test(key)) return `there is no view ${key}; Tab goes through the views`
  return /^([!-~]|f\d+)$/.test(name)
    ? `nothing is on ${name.length > 1 ? name.toUpperCase() : name}; ? shows the keys`
    : undefined
}

const SIGNALS = 'K or F9 sends a signal, which is chosen and confirmed first'
const PRIORITIES = 'llmtop changes no priorities'
const SETUP = 'F2 is setup, ? is help'
// keys of htop by its Action.c, of btop by its help
const ELSEWHERE: Readonly<Partial<Record<string, string>>> = {
  a: PRIORITIES,
  e: 'environments are not shown: Enter tells settings and origins, t is the tree',
  f7: PRIORITIES,
  f8: PRIORITIES,
  i: PRIORITIES,
  l: '> and < scroll the commands',
  m: SETUP,
  'S-c': SETUP,
  'S-h': 'threads are not shown: t is the tree of processes',
  'S-s': SETUP,
  'S-z': 'p holds the picture',
  w: '> and < scroll the commands',
  delete: SIGNALS,
  'S-t': SIGNALS,
}
