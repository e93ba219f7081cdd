import { GROUPS } from './binding.ts'
import { BINDINGS } from './keymap.ts'
import { displayWidth } from './width.ts'

/** The whole of docs/keys.md. */
export function keysMarkdown(): string {
  const sections = GROUPS.map((group) => {
    const rows = BINDINGS.filter((binding) => binding.group === group).map(
      ({ labels, help }) => [labels.map((label) => `\`${label}\``).join(' '), help] as const,
    )
    return `## ${group}\n\n${markdownTable([['key', 'what it does'], ...rows])}\n`
  })
  return [
    '# Keys',
    '',
    'Made from `src/view/keymap.ts`; the help (`?`) shows the same.',
    '',
    sections.join('\n'),
  ].join('\n')
}

// Padded, as formatters of Markdown want it.
function markdownTable(rows: readonly (readonly [string, string])[]): string {
  const first = Math.max(...rows.map(([key]) => displayWidth(key)))
  const second = Math.max(...rows.map(([, help]) => displayWidth(help)))
  const lines = rows.map(
    ([key, help]) =>
      `| ${key}${' '.repeat(first - displayWidth(key))} | ${help}${' '.repeat(second - displayWidth(help))} |`,
  )
  return lines.toSpliced(1, 0, `| ${'-'.repeat(first)} | ${'-'.repeat(second)} |`).join('\n')
}
