import type { Answers, Claim, EngineAnswer, EngineReport } from '../engines/engine.ts'
import { engineOf } from '../engines/index.ts'
import type { Want } from '../model/want.ts'

/**
 * What an engine reports of a claim. It is worked out anew only when an answer that the engine looked at has changed: most
 * of them stay as they are from tick to tick.
 */
export function reportOn(claim: Claim, answers: Answers): EngineReport {
  return remembered(REPORTS, claim, answers, (seen) => engineOf(claim.engine).report(claim, seen))
}

/** What an engine wants for a claim, in the same way. */
export function wantsOn(claim: Claim, answers: Answers): readonly Want[] {
  return remembered(WANTS, claim, answers, (seen) => engineOf(claim.engine).wants(claim, seen))
}

/** By the command line of the root: while the process lives, it is one and the same array. */
type Remembered<T> = WeakMap<readonly string[], Past<T>>

interface Past<T> {
  readonly claim: Claim
  readonly looked: LookedAt
  readonly value: T
}

const REPORTS: Remembered<EngineReport> = new WeakMap()
const WANTS: Remembered<readonly Want[]> = new WeakMap()

function remembered<T>(past: Remembered<T>, claim: Claim, answers: Answers, ask: (seen: Answers) => T): T {
  const before = past.get(claim.root.command)
  if (before !== undefined && isSame(before.claim, claim) && before.looked.isAsBefore(answers)) {
    return before.value
  }
  const looked = new LookedAt(answers)
  const value = ask(looked)
  past.set(claim.root.command, { claim, looked: looked.settled(), value })
  return value
}

function isSame(before: Claim, now: Claim): boolean {
  const { pid, parentPid, user, container } = before.root
  return (
    before.engine === now.engine &&
    pid === now.root.pid &&
    parentPid === now.root.parentPid &&
    container?.id === now.root.container?.id &&
    (user.kind === 'known' ? user.value : '') === (now.root.user.kind === 'known' ? now.root.user.value : '')
  )
}

/** Answers that note which of them were looked at. */
class LookedAt implements Answers {
  #answers: Answers
  readonly #at = new Map<string, EngineAnswer | undefined>()
  #atAll = false

  constructor(answers: Answers) {
    this.#answers = answers
  }

  /** Without the answers themselves, which would keep a whole past alive. */
  settled(): this {
    this.#answers = NO_ANSWERS
    return this
  }

  isAsBefore(answers: Answers): boolean {
    if (this.#atAll) return false
    for (const [name, answer] of this.#at) if (answers.get(name) !== answer) return false
    return true
  }

  get(name: string): EngineAnswer | undefined {
    const answer = this.#answers.get(name)
    this.#at.set(name, answer)
    return answer
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  get size(): number {
    return this.#all().size
  }

  forEach(visit: (answer: EngineAnswer, name: string, all: Answers) => void): void {
    this.#all().forEach(visit)
  }

  entries(): MapIterator<[string, EngineAnswer]> {
    return this.#all().entries()
  }

  keys(): MapIterator<string> {
    return this.#all().keys()
  }

  values(): MapIterator<EngineAnswer> {
    return this.#all().values()
  }

  [Symbol.iterator](): MapIterator<[string, EngineAnswer]> {
    return this.#all()[Symbol.iterator]()
  }

  #all(): Answers {
    this.#atAll = true
    return this.#answers
  }
}

const NO_ANSWERS: Answers = new Map()
