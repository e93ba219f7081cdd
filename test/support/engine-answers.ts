import type { Answers, Claim, EngineReport } from '../../src/engines/engine.ts'
import { claimFor, engineOf } from '../../src/engines/index.ts'
import type { HostProcess } from '../../src/model/snapshot.ts'
import { partNames, type Want } from '../../src/model/want.ts'
import { family } from './host-process.ts'

/** An answer as a test states it: the text of a page, or its status. */
export type Said = string | { readonly status: number; readonly text: string }

/** Answers by part name, all of them renewed at `atMs`. */
export function answering(said: Readonly<Record<string, Said>>, atMs = 0): Answers {
  return new Map(
    Object.entries(said).map(([name, answer]) => {
      const { text, status } = typeof answer === 'string' ? { text: answer, status: 200 } : answer
      return [name, { part: { kind: 'text', text, status }, renewedAtMs: atMs, trouble: undefined }]
    }),
  )
}

/** The claim on a process with its ancestors; blanks separate arguments. */
export function claimOn(commands: readonly string[], more: Partial<HostProcess> = {}): Claim {
  const claim = claimFor(family(...commands).map((process) => ({ ...process, ...more })))
  if (claim === undefined) throw new Error(`'${commands.join(' < ')}' was not claimed`)
  return claim
}

export function reportOf(claim: Claim, said: Readonly<Record<string, Said>>, atMs = 0): EngineReport {
  return engineOf(claim.engine).report(claim, answering(said, atMs))
}

/** The names of the parts that an engine wants, and how often; the sockets, which all want, aside. */
export function wanted(claim: Claim, said: Readonly<Record<string, Said>> = {}): readonly string[] {
  return engineOf(claim.engine)
    .wants(claim, answering(said))
    .filter(({ kind }) => kind !== 'sockets')
    .map((want: Want) => `${partNames(want).join()} ${want.every}`)
}

/** Of these the pages, which are asked over HTTP. */
export function askedPages(claim: Claim, said: Readonly<Record<string, Said>> = {}): readonly string[] {
  return wanted(claim, said).filter((name) => name.startsWith('http/'))
}
