import { formatDuration } from '../../core/format.ts'
import type { Alarm } from '../../analyse/score/alarms.ts'
import type { ClassScore, FalseAlarm, Miss, Score } from '../../analyse/score/score.ts'

/** The score as a table of at most 80 columns, and below it what was missed and what was said wrongly, by file. */
export function scoreLines(score: Score): readonly string[] {
  const rows = score.classes.filter(hasHappened)
  return [
    heading(score),
    ...(score.unlabelled.length === 0 ? [] : [unlabelledLine(score)]),
    '',
    HEAD,
    ...[...rows, score.all].map(row),
    ...(score.all.unforeseeable === 0
      ? []
      : ['', `${count(score.all.unforeseeable, 'outcome')} that nothing could foresee left out`]),
    ...listed('Missed', byFile(score.misses, missLine)),
    ...listed('False alarms', byFile(score.falseAlarms, falseAlarmLine)),
  ]
}

function heading({ files, watchedHours, healthyHours, all }: Score): string {
  const outcomes = count(all.foreseeable + all.unforeseeable, 'outcome')
  return `${count(files, 'recording')}, ${watchedHours.toFixed(1)} h (${healthyHours.toFixed(1)} h healthy), ${outcomes}`
}

function unlabelledLine({ unlabelled, files }: Score): string {
  const [only] = unlabelled
  if (unlabelled.length === 1 && only !== undefined)
    return `counted as healthy, for want of a line that says what happened: ${only}`
  const many = unlabelled.length === files ? 'all' : `${unlabelled.length}`
  return `${many} counted as healthy, for want of a line that says what happened`
}

// 14 + 8 columns of 6 to 9
const HEAD = cells('class', 'seen', 'recall', 'lead', 'p10', 'true', 'false', 'prec.', 'false/h', 'flaps/h')

function row(score: ClassScore): string {
  return cells(
    score.class,
    `${score.foreseen}/${score.foreseeable}`,
    decimals(score.recall),
    duration(score.leadSeconds?.median),
    duration(score.leadSeconds?.p10),
    `${score.trueAlarms}`,
    `${score.falseAlarms}`,
    decimals(score.precision),
    decimals(score.falseAlarmsPerHour),
    decimals(score.flapsPerHour),
  )
}

function cells(name: string, ...values: readonly string[]): string {
  const widths = [8, 7, 8, 8, 6, 6, 6, 8, 8]
  return name.padEnd(14) + values.map((value, at) => value.padStart(widths[at] ?? 8)).join('')
}

function hasHappened(score: ClassScore): boolean {
  return score.foreseeable + score.unforeseeable + score.trueAlarms + score.falseAlarms + score.lateAlarms > 0
}

function decimals(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2)
}

function duration(seconds: number | undefined): string {
  return seconds === undefined ? '–' : formatDuration(seconds * 1000)
}

/** Files in their order, each with its lines. */
function byFile<T extends { readonly file: string }>(
  items: readonly T[],
  line: (item: T) => string,
): readonly string[] {
  const files = [...new Set(items.map(({ file }) => file))]
  return files.flatMap((file) => [
    `  ${file}`,
    ...items.filter((item) => item.file === file).map((item) => `    ${line(item)}`),
  ])
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function missLine({ outcome: { elapsedMs, kind, gpu, workload, pid } }: Miss): string {
  const who = workload ?? (pid === undefined ? gpu : `pid ${pid}`)
  return `${clock(elapsedMs)}  ${kind}${who === undefined ? '' : `  ${who}`}`
}

function falseAlarmLine({ alarm }: FalseAlarm): string {
  return `${clock(alarm.raisedAtMs)}  ${alarm.class}  ${subject(alarm)}  ${stood(alarm)}`
}

function subject({ id, class: name, workloads }: Alarm): string {
  return workloads[0] ?? id.slice(name.length + 1)
}

function stood({ raisedAtMs, clearedAtMs }: Alarm): string {
  return clearedAtMs === undefined ? 'to the end' : `for ${formatDuration(clearedAtMs - raisedAtMs)}`
}

/** `1:02:07` into the recording. */
function clock(ms: number): string {
  const all = Math.floor(ms / 1000)
  const two = (value: number): string => value.toString().padStart(2, '0')
  return `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}
