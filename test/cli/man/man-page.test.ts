import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { manPage } from '../../../src/cli/man/man-page.ts'
import { BINDINGS } from '../../../src/view/keymap.ts'
import { programHere } from '../../support/program.ts'

const PAGE = new URL('../../../man/llmtop.1', import.meta.url)

test('man/llmtop.1 is made of the commands, the keys and the settings', async () => {
  const { version } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { readonly version: string }
  expect(await readFile(PAGE, 'utf8'), "'npm run docs' writes man/llmtop.1").toBe(
    manPage(programHere(version), version),
  )
})

test('groff formats it without a warning, and every key stands in it', async (context) => {
  const shown = await execa('groff', ['-ww', '-man', '-Tutf8', '-P-cbou', PAGE.pathname], { reject: false })
  context.skip(shown.code === 'ENOENT', 'skipped: there is no groff')
  expect([shown.exitCode, shown.stderr]).toEqual([0, ''])
  for (const { labels } of BINDINGS) expect(shown.stdout).toContain(labels.join(', '))
})
