import { minutes, seconds } from '../../core/units.ts'
import type { Fault } from '../../core/fault.ts'
import type { Part } from '../../model/sample.ts'
import type { Login } from './link.ts'

/** What a new login tells beside samples: a clock that is off, a boot in between. */
export interface NodeNews {
  /** A login has been made: the parts that say so. */
  login(login: Login): ReadonlyMap<string, Part>
  /** Sees the parts of a sample pass by; the parts that follow from them. */
  observe(parts: ReadonlyMap<string, Part>, elapsedMs: number): ReadonlyMap<string, Part>
}

/** Smaller differences are those of the network and of a clock with whole seconds. */
const SKEW_WORTH_SAYING_MS = seconds(30)
/** A reboot is said for so long. */
const REBOOT_SAID_FOR_MS = minutes(2)
/** The node's clock was read to the whole second below. */
const HALF_SECOND_MS = 500

export function nodeNews(host: string): NodeNews {
  let bootId: string | undefined
  let saidUntilMs: number | undefined

  return {
    login({ facts, atEpochMs }) {
      const aheadMs = Math.round(Number(facts.get('epoch')) * 1000 + HALF_SECOND_MS - atEpochMs)
      const isOff = Number.isFinite(aheadMs) && Math.abs(aheadMs) > SKEW_WORTH_SAYING_MS
      const told = [...facts].map(([name, value]) => `${name}=${value}\n`).join('')
      return new Map([
        ['ssh', { kind: 'text', text: told }],
        ['ssh/clock', isOff ? trouble({ kind: 'clock-skew', host, aheadMs }) : { kind: 'text', text: '' }],
      ])
    },
    observe(parts, elapsedMs) {
      const part = parts.get('boot-id')
      const before = bootId
      if (part?.kind === 'text') bootId = part.text
      if (before !== undefined && bootId !== before) {
        saidUntilMs = elapsedMs + REBOOT_SAID_FOR_MS
        return new Map([['ssh/boot', trouble({ kind: 'rebooted', host })]])
      }
      if (saidUntilMs === undefined || elapsedMs < saidUntilMs) return new Map()
      saidUntilMs = undefined
      return new Map([['ssh/boot', { kind: 'text', text: '' }]])
    },
  }
}

function trouble(fault: Fault): Part {
  return { kind: 'fault', fault }
}
