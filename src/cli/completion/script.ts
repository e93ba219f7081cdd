import type { Command } from 'commander'
import { CATALOGUE } from '../../estimate/catalogue/rows.ts'
import { bashScript } from './bash.ts'
import { described } from './described.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

/** The script of a shell, made of the program's own definition. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const root = described(program)
  // names of one word: a colon ends a word for bash, and is left to the other spellings
  const models = CATALOGUE.map(({ architecture }) => architecture.name).filter((name) =>
    /^[\w./-]+$/.test(name),
  )
  switch (shell) {
    case 'bash':
      return bashScript(root, models)
    case 'zsh':
      return zshScript(root, models)
    case 'fish':
      return fishScript(root, models)
  }
}
