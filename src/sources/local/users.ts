import { readFile } from 'node:fs/promises'
import type { Part } from '../../model/sample.ts'

/** Names of the users whose processes were seen. */
export interface Users {
  /** Notes the effective user of a process, from the text of its status. */
  noteStatus(status: string): void
  note(uid: number): void
  /** True when a user was seen whose name has not been given yet. */
  hasNew(): boolean
  /** The part `users`: a line `uid:name` for each user seen so far that has a name here. */
  readonly read: () => Promise<ReadonlyMap<string, Part>>
}

export function users(passwdFile = '/etc/passwd'): Users {
  const seen = new Set<number>()
  let named = 0

  function note(uid: number): void {
    seen.add(uid)
  }

  return {
    note,
    noteStatus(status) {
      const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]
      if (uid !== undefined) note(Number(uid))
    },
    hasNew: () => seen.size > named,
    async read() {
      named = seen.size
      const passwd = await readFile(passwdFile, 'utf8').catch(() => '')
      return new Map([['users', { kind: 'text', text: namesOf(seen, passwd) }]])
    },
  }
}

function namesOf(seen: ReadonlySet<number>, passwd: string): string {
  const entries = passwd.split('\n').map((line) => line.split(':'))
  return entries
    .filter(([name, , uid]) => name !== undefined && uid !== undefined && uid !== '' && seen.has(Number(uid)))
    .map(([name, , uid]) => `${uid}:${name}\n`)
    .join('')
}
