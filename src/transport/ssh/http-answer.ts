import { isIPv6 } from 'node:net'
import { parseHttpAnswer } from '../../parse/http-answer.ts'
import { edited } from '../edited.ts'
import { HTTP_TIMEOUT_MS, isAllowed, urlOf, withoutKey, type KeysByAddress } from '../local-http.ts'
import { utf8 } from './answer-text.ts'
import type { Fault } from '../../core/fault.ts'
import type { Part } from '../../model/sample.ts'
import type { Want } from '../../model/want.ts'
import type { Connection } from './connection.ts'

export type HttpWant = Extract<Want, { readonly kind: 'http' }>

/** What stands before and after a page. */
const HEAD_BYTES = 4096
const CURL_TIMED_OUT = 28
const CURL_MISSING = 127

/** Why a page is not asked for at all; undefined for one that is. */
export function objectionTo(want: HttpWant): Part | undefined {
  if (isAllowed(want) && (isIPv6(want.host) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(want.host))) return undefined
  return failed({ kind: 'no-permission', what: `${urlOf(want)} (not a page that llmtop asks for)` })
}

/** Asks the node to fetch all of these pages at once; undefined where the connection ended before. */
export async function fetchPages(
  ask: Connection['ask'],
  wants: readonly HttpWant[],
  keys: KeysByAddress,
): Promise<readonly (Part | undefined)[]> {
  const words = wants.map((want, position) => `${position} ${want.maxBytes + HEAD_BYTES} ${urlOf(want)}`)
  const answer = await ask({ name: 'http', words: words.join(' ') })
  return wants.map((want, position) => {
    const part = answer?.get(`${position}`)
    return part === undefined ? undefined : pageOf(want, part.body, keys.get(`${want.host} ${want.port}`))
  })
}

function pageOf(want: HttpWant, text: string, key: string | undefined): Part {
  const answer = parseHttpAnswer(text)
  const tooLarge: Fault = { kind: 'too-large', what: urlOf(want), maxBytes: want.maxBytes }
  switch (answer.kind) {
    case 'cut':
      return failed(tooLarge)
    case 'no-answer':
      return failed(noAnswer(want, answer.exitCode))
    case 'answer':
      break
  }
  const { status, contentType, body } = answer
  if (status === 401 || status === 403) return failed({ kind: 'refused', url: urlOf(want), status })
  if (body.length > want.maxBytes) return failed(tooLarge)
  const header = contentType === undefined ? {} : { contentType }
  const page: Part = { kind: 'text', text: utf8(body), status, ...header }
  return edited(withoutKey(page, key), want.reduce)
}

function noAnswer(want: HttpWant, exitCode: number): Fault {
  if (exitCode === CURL_TIMED_OUT) return { kind: 'timed-out', what: urlOf(want), afterMs: HTTP_TIMEOUT_MS }
  if (exitCode === CURL_MISSING) return { kind: 'command-not-found', command: 'curl' }
  return { kind: 'not-found', what: `a server that answers ${urlOf(want)}` }
}

function failed(fault: Fault): Part {
  return { kind: 'fault', fault }
}
