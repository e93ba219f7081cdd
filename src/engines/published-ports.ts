import { parseCmdline } from '../parse/proc-cmdline.ts'
import { parsePublishedPort, type PublishedPort } from '../parse/published-port.ts'
import type { Answers } from './engine.ts'

/** The ports of containers that are published on this host, by the command lines of the proxies that do it. */
export function publishedPorts(answers: Answers): readonly PublishedPort[] {
  const seen = PUBLISHED.get(answers)
  if (seen !== undefined) return seen
  const published = [...answers].flatMap(([name, { part }]) =>
    COMMAND_LINE.test(name) && part?.kind === 'text' && part.text.includes('docker-proxy')
      ? (parsePublishedPort(parseCmdline(part.text)) ?? [])
      : [],
  )
  PUBLISHED.set(answers, published)
  return published
}

const COMMAND_LINE = /^proc\/\d+\/cmdline$/

// asked by several engines at every tick; what is remembered follows from the answers alone
const PUBLISHED = new WeakMap<Answers, readonly PublishedPort[]>()
