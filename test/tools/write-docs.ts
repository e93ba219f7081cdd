import { writeFileSync } from 'node:fs'
import { configMarkdown } from '../../src/config/config-markdown.ts'
import { keysMarkdown } from '../../src/view/keys-markdown.ts'

// `npm run docs`: what is made from the tables of settings and keys.
const root = new URL('../../', import.meta.url)
writeFileSync(new URL('docs/config.md', root), configMarkdown())
writeFileSync(new URL('docs/keys.md', root), keysMarkdown())
