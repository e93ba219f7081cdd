// `npm run accuracy`: scores the estimator on $LLMTOP_CORPUS/truth/cases.json and writes docs/accuracy.md.
import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { readTruth } from '../corpus/truth-cases.ts'
import { isExact, relativeError, scoreAll, type Part, type Score } from '../corpus/truth-scores.ts'

const PARTS: readonly (readonly [Part, string])[] = [
  [
    'KV',
    'llama.cpp: bytes of the cache from shape and settings; vLLM and SGLang: tokens from the bytes of the pool, or back',
  ],
  ['KV per GPU', 'the same after placement on the cards, recurrent state included'],
  ['recurrent state', 'convolution and state of all sequences'],
  [
    'compute buffer',
    'only builds that are known to limit the logits to the slots; others hold one row per token',
  ],
  ['weights per GPU', 'only the size of the whole file was given, not its tensors'],
  [
    'weights by name',
    'parameters × bits per weight, on one rank; nothing but the names of model and quantisation was given',
  ],
  [
    'KV pool',
    'what the budget leaves after weights, activations and the rest; sequences per batch are often not stated, and the profile differs by version',
  ],
  ['total', 'the sum of all parts against nvidia-smi; the size of the file was given'],
  ['total per GPU', 'the same per card'],
]

const folder = process.env['LLMTOP_CORPUS']
if (folder === undefined) {
  process.stderr.write('LLMTOP_CORPUS does not name a folder with truth/cases.json; nothing was scored\n')
  process.exit(2)
}
const cases = readTruth(folder)
if (process.stderr.isTTY) process.stderr.write(`scoring ${cases.length} cases …\n`)
const scores = scoreAll(cases)
const style = await resolveConfig('docs/accuracy.md')
writeFileSync('docs/accuracy.md', await format(page(cases.length, scores), { ...style, parser: 'markdown' }))
process.stdout.write(
  `docs/accuracy.md: ${scores.length} numbers of ${new Set(scores.map(({ id }) => id)).size} cases\n`,
)

function page(caseCount: number, all: readonly Score[]): string {
  return `# Accuracy of the estimator

Written by \`npm run accuracy\`; do not edit. ${caseCount} starts of real engines, of which ${new Set(all.map(({ id }) => id)).size} print numbers that can be
compared (estimates of engines themselves, failed starts and shapes that were inferred from the size are left out).

_Exact_ means within 0.1 %, or within what the printed number leaves open. Errors are relative; median and p90 are of their
size, worst is signed (+ = llmtop says more than was measured).

${table(all)}
## Totals against nvidia-smi

${totals(all)}
The range comes from the measured errors of the parts, whose squares add up, and is never wider than ± 10 %.

## What each part is

${PARTS.map(([part, text]) => `- **${part}**: ${text}`).join('\n')}
`
}

function table(all: readonly Score[]): string {
  const rows = groups(all).map(([engine, part, group]) => {
    const errors = group.map((score) => Math.abs(relativeError(score)))
    const worst = group.reduce((a, b) => (Math.abs(relativeError(b)) > Math.abs(relativeError(a)) ? b : a))
    const exact = group.filter(isExact).length
    return `| ${engine} | ${part} | ${group.length} | ${exact} of ${group.length} | ${percent(quantile(errors, 0.5))} | ${percent(quantile(errors, 0.9))} | ${signed(relativeError(worst))} (${worst.id}) |`
  })
  return `| engine | part | numbers | exact | median | p90 | worst |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`
}

function totals(all: readonly Score[]): string {
  const rows = all.filter(({ part }) => part === 'total')
  const lines = rows.map((score) => {
    const { lowBytes = Number.NaN, highBytes = Number.NaN, measured, predicted } = score
    const held = measured >= lowBytes && measured <= highBytes ? 'yes' : 'no'
    return `| ${score.id} | ${mib(measured)} | ${mib(predicted)} | ${signed(relativeError(score))} | ${mib(lowBytes)}–${mib(highBytes)} | ${held} |`
  })
  const errors = rows.map((score) => Math.abs(relativeError(score)))
  const held = rows.filter(isInRange).length
  return `| case | measured MiB | estimated | error | range | inside |\n|---|---|---|---|---|---|\n${lines.join('\n')}

Median ${percent(quantile(errors, 0.5))}, p95 ${percent(quantile(errors, 0.95))}; ${held} of ${rows.length} inside their range.
`
}

function isInRange({ lowBytes = Number.NaN, highBytes = Number.NaN, measured }: Score): boolean {
  return measured >= lowBytes && measured <= highBytes
}

function groups(all: readonly Score[]): readonly (readonly [string, Part, readonly Score[]])[] {
  const parts = PARTS.map(([part]) => part)
  const engines = [...new Set(all.map(({ engine }) => engine))].sort()
  return engines.flatMap((engine) =>
    parts.flatMap((part) => {
      const group = all.filter((score) => score.engine === engine && score.part === part)
      return group.length === 0 ? [] : [[engine, part, group] as const]
    }),
  )
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? Number.NaN
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(2)} %`
}

function signed(ratio: number): string {
  return `${ratio < 0 ? '−' : '+'}${percent(Math.abs(ratio))}`
}

function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0)
}
