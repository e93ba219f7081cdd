import { readFileSync, writeFileSync } from 'node:fs'
import { manPage } from '../../src/cli/man/man-page.ts'
import { configMarkdown } from '../../src/config/config-markdown.ts'
import { keysMarkdown } from '../../src/view/keys-markdown.ts'
import { programHere } from '../support/program.ts'

// `npm run docs`: what is made from the definitions of commands, keys and settings.
const root = new URL('../../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly version: string
}
writeFileSync(new URL('docs/config.md', root), configMarkdown())
writeFileSync(new URL('docs/keys.md', root), keysMarkdown())
writeFileSync(new URL('man/llmtop.1', root), manPage(programHere(version), version))
