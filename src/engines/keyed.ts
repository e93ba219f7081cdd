import type { Address } from './allow-list.ts'
import type { Answers } from './engine.ts'

/** Whether the user gave a key for this address: then pages that want one may be asked, and the transport sends it. */
export function hasKey(address: Address | undefined, answers: Answers): boolean {
  const part = answers.get('keys')?.part
  if (address === undefined || part?.kind !== 'text') return false
  return part.text.split('\n').includes(`${address.host} ${address.port}`)
}
