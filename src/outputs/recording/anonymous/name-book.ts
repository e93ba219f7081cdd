import { aliases } from './aliases.ts'
import { isCommonWord } from './known-names.ts'

/** Names of machines, people and containers, and what stands for them. */
export interface NameBook {
  learnHost(host: string): void
  learnUser(user: string): void
  learnContainer(name: string): void
  host(host: string): string
  /** What stands for exactly this name; undefined for what is none. */
  exact(name: string): string | undefined
  /** Whether a name stands in a longer one. */
  isIn(longer: string): boolean
  /** The text with every name that stands as a word in it replaced. */
  words(text: string): string
}

export function nameBook(): NameBook {
  const hosts = aliases()
  const users = aliases()
  const containers = aliases()
  const replacements = new Map<string, string>()
  let pattern: RegExp | undefined

  function add(name: string, replacement: string): void {
    const key = name.toLowerCase()
    // a word that means something else everywhere can't be told from the name
    if (name.length < 2 || replacements.has(key) || isCommonWord(name)) return
    replacements.set(key, replacement)
    const longestFirst = [...replacements.keys()].sort((a, b) => b.length - a.length).map(escaped)
    pattern = new RegExp(`(?<![\\w<-]|</|\\\\[a-z])(?:${longestFirst.join('|')})(?![\\w-])`, 'gi')
  }

  function host(name: string): string {
    return `host${hosts.numberOf(shortName(name))}`
  }

  return {
    host,
    learnHost(name) {
      add(name, host(name))
      add(shortName(name), host(name))
    },
    learnUser: (user) => {
      add(user, `user${users.numberOf(user)}`)
    },
    learnContainer: (name) => {
      add(name, `container${containers.numberOf(name)}`)
    },
    exact: (name) => replacements.get(name.toLowerCase()),
    isIn: (name) =>
      [...replacements.keys()].some((known) => known.length > 2 && name.toLowerCase().includes(known)),
    words: (text) =>
      pattern === undefined
        ? text
        : text.replace(pattern, (name) => replacements.get(name.toLowerCase()) ?? name),
  }
}

/** `node7` of `node7.example.com`; an address is whole. */
function shortName(host: string): string {
  return /^[\d.:]+$/.test(host) ? host : (host.split('.')[0] ?? host)
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
