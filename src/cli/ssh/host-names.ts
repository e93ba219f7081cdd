import type { HostGroups } from '../../config/value-types.ts'
import { nearest } from '../../core/nearest.ts'
import { isHostName } from '../../transport/ssh/ssh-command.ts'

/** The hosts that some words stand for, each once and in order; or what is wrong with one of them. */
export type HostNames =
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: string }

/** More are a fleet for Prometheus; a range of years or of addresses is a slip of the keyboard. */
const MOST_HOSTS = 512

/**
 * Reads names of hosts as people write groups of them: `node7`, `root@gpu[01-16]`, `rack[1,3-5]n[1-8]`. The digits of a
 * range stay as wide as they were written.
 * @param groups what `@NAME` stands for
 */
export function readHostNames(words: readonly string[], groups: HostGroups = {}): HostNames {
  const hosts = new Set<string>()
  for (const word of words.flatMap((one) => membersOf(one, groups))) {
    if (word.startsWith('@')) return problem(unknownGroup(word, Object.keys(groups)))
    const expanded = expand(word)
    if (expanded === undefined)
      return problem(
        `'${word}' stands for more than ${MOST_HOSTS} hosts; past about 128 'llmtop serve' on the nodes and a Prometheus serve better`,
      )
    const bad = expanded.find((host) => !isHostName(host) || (host.includes('[') && !host.includes(':')))
    if (bad !== undefined)
      return problem(`'${bad}' is no name of a host; give names as in 'ssh NAME', ranges as in 'gpu[01-16]'`)
    for (const host of expanded) hosts.add(host)
  }
  return hosts.size > MOST_HOSTS
    ? problem(
        `these are ${hosts.size} hosts, and ${MOST_HOSTS} are the most; past about 128 'llmtop serve' on the nodes and a Prometheus serve better`,
      )
    : { kind: 'hosts', hosts: [...hosts] }
}

/** `@lab` stands for what the configuration has for it. */
function membersOf(word: string, groups: HostGroups): readonly string[] {
  return (word.startsWith('@') ? groups[word.slice(1)] : undefined) ?? [word]
}

function unknownGroup(word: string, names: readonly string[]): string {
  const meant = nearest(word.slice(1), names)
  const hint =
    meant === undefined ? "'llmtop config print' shows what is configured" : `did you mean '@${meant}'?`
  return `'${word}' is no group of hosts; ${hint}`
}

/** The names in a file: one or more a line, `#` begins a comment. */
export function namesInFile(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .trim()
        .split(/[\s]+/),
    )
    .filter((word) => word !== '')
}

/** undefined where there are too many. */
function expand(word: string): readonly string[] | undefined {
  // a colon marks an IPv6 address, whose brackets are its own
  const range = /\[([\d,-]+)\]/.exec(word)
  if (range === null) return [word]
  const values = (range[1] ?? '').split(',').map(valuesOf)
  const found: string[] = []
  for (const value of values.flat()) {
    if (value === undefined) return [word]
    const rest = expand(word.slice(range.index + range[0].length))
    if (rest === undefined || found.length + rest.length > MOST_HOSTS) return undefined
    found.push(...rest.map((end) => word.slice(0, range.index) + value + end))
  }
  return found
}

/** `01-16` or `7`; [undefined] for what is neither. */
function valuesOf(text: string): readonly (string | undefined)[] {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? []
  if (first === undefined || last === undefined || Number(last) < Number(first)) return [undefined]
  const count = Math.min(Number(last) - Number(first) + 1, MOST_HOSTS + 1)
  return Array.from({ length: count }, (_, at) => `${Number(first) + at}`.padStart(first.length, '0'))
}

function problem(text: string): HostNames {
  return { kind: 'problem', problem: text }
}
