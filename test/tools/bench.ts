import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { measureAttribution } from './bench/attribution.ts'
import { measureFleet } from './bench/fleet.ts'
import { measureFold, measureMemoryGrowth } from './bench/fold.ts'
import { measureKeys } from './bench/keys.ts'
import { shareOfBudget, type Measure } from './bench/measure.ts'
import { measureLive } from './bench/live.ts'
import { measureProgram } from './bench/program.ts'
import { measureRecording } from './bench/recording.ts'
import { measureScrape } from './bench/scrape.ts'
import { measureScreen } from './bench/screen.ts'

// `npm run bench`: what llmtop itself costs, against the budgets it was given; writes docs/performance.md.
// what grows is measured first: the resident set keeps what the others have needed
const measures = [
  measureMemoryGrowth(),
  ...measureFold(),
  ...measureAttribution(),
  ...(await measureScreen()),
  ...(await measureKeys()),
  ...measureProgram(),
  ...(await measureRecording()),
  await measureScrape(),
  ...(await measureFleet()),
  ...(await measureLive()),
]
const rows = measures.map(row)
const table = ['| what | measured | budget | share of budget |', '|---|---|---|---|', ...rows].join('\n')
process.stdout.write(`${table}\n`)
writeFileSync(fileURLToPath(new URL('../../docs/performance.md', import.meta.url)), report(table))

function row(measure: Measure): string {
  const share = shareOfBudget(measure)
  const sign = measure.bound === 'most' ? '≤' : '≥'
  return `| ${measure.what} | ${figure(measure.value)} ${measure.unit} | ${sign} ${measure.budget} ${measure.unit} | ${share.toFixed(2)}${share > 1 ? ' **over**' : ''} |`
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}

function report(table: string): string {
  const [cpu] = cpus()
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  return `# Performance

What llmtop itself costs; what nvidia-smi costs comes on top and is shown on screen where it matters. Written by \`npm run bench\`, never by hand.

Machine: ${cpu?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}, commit ${commit}. Times are CPU time, medians after a warm-up; compare the shares, not the milliseconds, with another machine's.

${table}
`
}
