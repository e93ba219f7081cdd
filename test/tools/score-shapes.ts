// `npm run score`: plays every shape of the simulator with several seeds, and prints what today's warnings are worth as
// the table of docs/risk.md. Arguments: --seeds N, --from SEED, --shape NAME (a part of it), --factor F (the engines take F times what
// formulas say), --of second (the shapes of the second simulator), --into FILE (puts the tables between the marks of that
// page), --out FOLDER (writes the recordings instead, for 'llmtop score' and 'llmtop replay').
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseArgs } from 'node:util'
import { scoreOf, type ClassScore, type Score } from '../../src/analyse/score/score.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { SECOND_SHAPES } from '../support/second-simulator/index.ts'
import { simulateRoughly } from '../support/second-simulator/sampling.ts'
import { SHAPES } from '../support/simulator/index.ts'
import { simulateShape, type Shape } from '../support/simulator/shape.ts'
import { watchShape, type WatchedShape } from '../support/simulator/watch.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    from: { type: 'string', default: '1' },
    shape: { type: 'string', default: '' },
    factor: { type: 'string', default: '1' },
    of: { type: 'string', default: 'first' },
    into: { type: 'string' },
    out: { type: 'string' },
  },
})
const seeds = Array.from({ length: Number(values.seeds) }, (_, at) => at + Number(values.from))
const factor = Number(values.factor)
const {
  simulate,
  all: everyShape,
  mark,
} = values.of === 'second'
  ? { simulate: simulateRoughly, all: SECOND_SHAPES, mark: 'score of the second simulator' }
  : { simulate: simulateShape, all: SHAPES, mark: 'score' }
// between them stand the tables in a page
const BEGIN = `<!-- ${mark} -->`
const END = `<!-- /${mark} -->`
const shapes = everyShape.filter(({ name }) => name.includes(values.shape))

if (values.out === undefined) printScores()
else writeRecordings(values.out)

function printScores(): void {
  const watched: WatchedShape[] = []
  const rows: string[] = []
  for (const shape of shapes) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${shape.name}`)
    const runs = seeds.map((seed) => watchShape(shape, seed, factor, simulate))
    rows.push(row(shape, scoreOf(runs)))
    if (shape.expects.kind !== 'neither') watched.push(...runs)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const healthy = scoreOf(watched.filter(({ shape }) => shape.expects.kind === 'healthy'))
  const all = scoreOf(watched)
  const tables = [
    `| shape | hours | seen | lead (p10) | false alarms | flaps |`,
    `|---|---|---|---|---|---|`,
    ...rows,
    '',
    `| class | seen | recall | lead (p10) | true | false | precision | false/h | flaps/h |`,
    `|---|---|---|---|---|---|---|---|---|`,
    ...[...all.classes, all.all].filter(hasHappened).map(classRow),
    '',
    `Healthy shapes: ${healthy.watchedHours.toFixed(1)} h, ${healthy.all.falseAlarms} false alarms (${decimals(healthy.all.falseAlarmsPerHour)} an hour).`,
    '',
  ].join('\n')
  if (values.into !== undefined)
    writeFileSync(values.into, between(readFileSync(values.into, 'utf8'), tables))
  process.stdout.write(
    [
      tables,
      ...all.misses.map(
        ({ file, outcome }) => `missed: ${file}: ${outcome.kind} at ${outcome.elapsedMs / 1000} s`,
      ),
      ...all.falseAlarms.map(
        ({ file, alarm }) =>
          `false: ${file}: ${alarm.id} from ${alarm.raisedAtMs / 1000} s to ${alarm.clearedAtMs === undefined ? 'the end' : `${alarm.clearedAtMs / 1000} s`}`,
      ),
      '',
    ].join('\n'),
  )
}

function between(page: string, tables: string): string {
  const [before = '', rest = ''] = page.split(BEGIN)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`the page has no '${BEGIN}' and '${END}' to write between`)
  return `${before}${BEGIN}\n${tables}${END}${after}`
}

function row(shape: Shape, { watchedHours, all }: Score): string {
  const seen =
    all.foreseeable > 0
      ? `${all.foreseen} of ${all.foreseeable}`
      : all.unforeseeable > 0
        ? 'not foreseeable'
        : ''
  return line(shape.name, watchedHours.toFixed(1), seen, lead(all), `${all.falseAlarms}`, `${all.flaps}`)
}

function classRow(score: ClassScore): string {
  return line(
    score.class,
    `${score.foreseen} of ${score.foreseeable}`,
    decimals(score.recall),
    lead(score),
    `${score.trueAlarms}`,
    `${score.falseAlarms}`,
    decimals(score.precision),
    decimals(score.falseAlarmsPerHour),
    decimals(score.flapsPerHour),
  )
}

function hasHappened({ foreseeable, trueAlarms, falseAlarms }: ClassScore): boolean {
  return foreseeable + trueAlarms + falseAlarms > 0
}

function lead({ leadSeconds }: ClassScore): string {
  return leadSeconds === undefined ? '' : `${clock(leadSeconds.median)} (${clock(leadSeconds.p10)})`
}

/** `9:05`: minutes and seconds. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${Math.floor(seconds % 60)
    .toString()
    .padStart(2, '0')}`
}

function decimals(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2)
}

function line(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function writeRecordings(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const shape of shapes) {
    for (const seed of seeds) {
      const { samples, outcomes } = simulate(shape, seed, factor)
      const name = `${shape.name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}-${seed}.ndjson.gz`
      writeFileSync(join(folder, name), gzipSync(recordingLines(samples, outcomes)))
      process.stdout.write(`${join(folder, name)}\n`)
    }
  }
}
