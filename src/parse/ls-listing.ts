import { printable } from '../core/text.ts'

// mode, links, owner, group, size, three words of the date; then the name, of a link with its target
const ENTRY = /^([-bcdlps])\S+ +\d+ +\S+ +\S+ +(?:\d+|\d+, +\d+) +\S+ +\S+ +\S+ (.+)$/

/** The entries of a folder as `ls -lnA` prints them in the C locale, in the form of a listing part: name, tab, target of a link. */
export function readLsListing(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, type, entry = ''] = ENTRY.exec(line) ?? []
      if (type === undefined) return []
      const [name = '', target = ''] = type === 'l' ? entry.split(' -> ') : [entry]
      return [`${printable(name)}\t${printable(target)}\n`]
    })
    .sort()
    .join('')
}
