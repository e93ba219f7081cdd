/**
 * Text with keys in it, as this terminal can name them. In ASCII arrows are told in words: what would stand for them, `<`,
 * `>`, `^` and `v`, are keys of their own, or could be.
 */
export function keyNames(text: string, ascii: boolean): string {
  return ascii ? text.replace(ARROWS, (arrows) => Array.from(arrows, nameOf).join('/')) : text
}

const NAMES = { '↑': 'Up', '↓': 'Down', '←': 'Left', '→': 'Right' } as const

const ARROWS = new RegExp(`[${Object.keys(NAMES).join('')}]+`, 'gu')

function nameOf(arrow: string): string {
  return (NAMES as Readonly<Record<string, string>>)[arrow] ?? arrow
}
