import { describeFault, type Fault } from '../core/fault.ts'
import { reaches, type RiskLevel } from '../model/risk.ts'
import type { RunResult } from '../runtime/run.ts'
import { EXIT, type Environment } from './environment.ts'

/** Says why the source ended early, and turns the result into an exit code. */
export function verdict(
  { stderr }: Pick<Environment, 'stderr'>,
  result: RunResult,
  failOn: RiskLevel | undefined,
): number {
  const { fault, worst, frames } = result
  if (fault !== undefined) stderr.write(`llmtop: ${describeFault(fault)}\n`)
  if (fault !== undefined && !(isHarmless(fault) && frames > 0)) return EXIT.fault
  return failOn !== undefined && worst !== undefined && reaches(worst, failOn) ? EXIT.risk : EXIT.done
}

// a torn end is what a crash leaves behind, damage was passed over: the rest is whole
function isHarmless({ kind }: Fault): boolean {
  return kind === 'torn-tail' || kind === 'samples-lost'
}
