import type { CheckState, DoctorReport, Section } from './report.ts'

const MARKS: Readonly<Record<CheckState, readonly [unicode: string, ascii: string]>> = {
  yes: ['✓', 'ok'],
  partly: ['?', '??'],
  no: ['✗', 'no'],
}
const NARROWEST = 18
/** A longer name pushes only its own line. */
const WIDEST = 44

/** The report for people; a remedy stands below what it would mend. */
export function doctorText({ version, host, sections }: DoctorReport, ascii: boolean): string {
  const lines = [
    `llmtop ${version} on ${host}`,
    ...sections.flatMap((section) => sectionLines(section, ascii)),
  ]
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function sectionLines({ title, checks }: Section, ascii: boolean): readonly string[] {
  const width = Math.min(WIDEST, Math.max(NARROWEST, ...checks.map(({ what }) => what.length)))
  const lines = checks.flatMap(({ what, state, found, remedy }) => {
    const mark = MARKS[state][ascii ? 1 : 0]
    const line = `  ${mark} ${what.padEnd(width)}  ${found}`
    const indent = ' '.repeat(mark.length + width + 5)
    return remedy === undefined ? [line] : [line, `${indent}${ascii ? '->' : '→'} ${remedy}`]
  })
  return ['', title, ...lines]
}
