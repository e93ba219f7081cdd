import { blankReport } from './blank-report.ts'
import type { Engine } from './engine.ts'

/** Claims last, and every process for itself: it holds memory, and more is not known. */
export const unknown: Engine = {
  id: 'unknown',
  label: '–',
  claim: (family) => {
    const [process] = family
    return process === undefined ? undefined : { engine: 'unknown', root: process }
  },
  wants: () => [],
  report: () => blankReport('not-supported'),
}
