import {
  dueWants,
  forgetUnwanted,
  newWants,
  noteAnswer,
  noteAsked,
  NOTHING_ASKED,
  wantKey,
} from '../want-ledger.ts'
import type { Want } from '../../model/want.ts'
import type { Transport } from '../../transport/transport.ts'
import type { Errands } from './errands.ts'

/** Sends for what the judgement wants. */
export interface Wanted {
  /** Asks all that is due. */
  askDue(wants: readonly Want[], elapsedMs: number): void
  /** Asks what was never asked; false when there is nothing of the kind. */
  askNew(wants: readonly Want[], elapsedMs: number): boolean
}

export function wanted(transport: Transport, errands: Errands, signal: AbortSignal): Wanted {
  let ledger = NOTHING_ASKED

  function ask(wants: readonly Want[], elapsedMs: number): void {
    ledger = noteAsked(ledger, wants, elapsedMs)
    for (const want of wants) {
      errands.run(`want ${wantKey(want)}`, async () => {
        const parts = await transport.fetch(want, signal)
        ledger = noteAnswer(ledger, want, parts)
        return parts
      })
    }
  }

  return {
    askDue(wants, elapsedMs) {
      ledger = forgetUnwanted(ledger, wants, elapsedMs)
      ask(dueWants(ledger, wants, elapsedMs), elapsedMs)
    },
    askNew(wants, elapsedMs) {
      const fresh = newWants(ledger, wants)
      ask(fresh, elapsedMs)
      return fresh.length > 0
    },
  }
}
