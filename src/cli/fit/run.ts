import { compareFit } from '../../estimate/fit-compare.ts'
import { takesBudget } from '../../estimate/fit.ts'
import type { FitReport } from '../../model/fit.ts'
import { fitLines } from '../../view/fit.ts'
import { compareLegend, compareLines } from '../../view/fit-compare.ts'
import { textInAscii } from '../../view/glyphs.ts'
import { EXIT, terminalColumns, type Environment } from '../environment.ts'
import { drawsInAscii } from '../locale.ts'
import { fitJson } from './json.ts'
import type { FitOptions } from './options.ts'
import { askFit } from './question.ts'
import { fitReport } from './report.ts'

const MOST_COLUMNS = 100

/** Reads the model, asks the estimator, prints the answer; returns the exit code. */
export async function runFit(
  environment: Environment,
  options: FitOptions,
  operands: readonly string[],
  isCommand: boolean,
): Promise<number> {
  const { signal } = new AbortController()
  const asked = await askFit({ options, operands, isCommand, variables: environment.variables, signal })
  if (asked.kind === 'trouble') {
    environment.stderr.write(`llmtop: ${asked.sentence}\n`)
    return EXIT.fault
  }
  const report = fitReport(asked)
  const cells = options.compare === true ? compareFit(asked.question) : undefined
  if (options.json === true) environment.stdout.write(`${JSON.stringify(fitJson(report, cells))}\n`)
  else {
    const pools = takesBudget(report.engine)
    const lines =
      cells === undefined
        ? fitLines(report, Math.min(terminalColumns(environment) ?? MOST_COLUMNS, MOST_COLUMNS))
        : [heading(report), ...compareLines(cells, pools), '', compareLegend(pools)]
    environment.stdout.write(inLocale(environment, options, lines))
  }
  return options.check === true && report.fits.verdict !== 'yes' ? EXIT.risk : EXIT.done
}

function heading({ model, engine, perGpu }: FitReport): string {
  return `${model.name} with ${engine} on ${perGpu.length === 1 ? 'one GPU' : `${perGpu.length} GPUs`}`
}

function inLocale({ variables }: Environment, { ascii }: FitOptions, lines: readonly string[]): string {
  const text = lines.map((line) => `${line.trimEnd()}\n`).join('')
  return drawsInAscii(ascii, variables) ? textInAscii(text) : text
}
