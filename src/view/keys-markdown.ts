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
    MOUSE,
  ].join('\n')
}

const MOUSE = `## Mouse

Off, so that the terminal selects text as ever; on with \`--mouse\`, in the setup (\`F2\`) or in the configuration file.
A click on a row puts the cursor there, another one opens it; on the key bar it is the key; on the head of a column it
sorts; on a card or a warning it opens it; on the scrub bar of a log it goes there. The wheel moves the cursor or the page,
and zooms over a chart. No click sends a signal.
`

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
