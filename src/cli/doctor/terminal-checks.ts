import type { Environment } from '../environment.ts'
import { isLinuxConsole, isUtf8 } from '../locale.ts'
import { check, type Check, type Section } from './report.ts'

/** The full picture needs this much; below, less is drawn. */
const FULL_COLUMNS = 60
const FULL_ROWS = 15
const FEW_COLORS = 8

/** What the screen will have to do with. */
export function terminalSection(environment: Environment): Section {
  const { stdout, variables } = environment
  const terminal = variables['TERM'] ?? ''
  if (!stdout.isTTY || terminal === 'dumb') {
    const found = stdout.isTTY ? `TERM is '${terminal}'` : 'the output is no terminal'
    return { title: 'Terminal', checks: [check('screen', 'partly', `${found}: frames are printed as text`)] }
  }
  return {
    title: 'Terminal',
    checks: [
      check('TERM', 'yes', terminal),
      sizeCheck(stdout),
      colorCheck(environment),
      characterCheck(variables),
    ],
  }
}

function sizeCheck({ columns, rows }: Environment['stdout']): Check {
  const found = `${columns} columns, ${rows} rows`
  return columns >= FULL_COLUMNS && rows >= FULL_ROWS
    ? check('size', 'yes', found)
    : check('size', 'partly', found, `the full picture begins at ${FULL_COLUMNS}×${FULL_ROWS}`)
}

function colorCheck({ stdout, variables }: Environment): Check {
  if (variables['NO_COLOR'])
    return check('colours', 'partly', 'NO_COLOR is set', '--color always draws them all the same')
  const colors = 2 ** stdout.getColorDepth()
  return check('colours', colors >= FEW_COLORS ? 'yes' : 'partly', `${colors}`)
}

function characterCheck(variables: Environment['variables']): Check {
  if (!isUtf8(variables))
    return check(
      'characters',
      'partly',
      'the locale is not UTF-8: drawn in ASCII',
      "'export LANG=C.UTF-8', or --no-ascii",
    )
  return isLinuxConsole(variables)
    ? check(
        'characters',
        'partly',
        'the Linux console has no signs for curves: drawn in ASCII',
        '--no-ascii, or log in over ssh',
      )
    : check('characters', 'yes', 'UTF-8')
}
