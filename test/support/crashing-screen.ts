import { liveState } from '../../src/model/session.ts'
import { guardAgainstCrash } from '../../src/runtime/crash.ts'
import { terminalOutput } from '../../src/outputs/terminal/screen.ts'
import { simulate } from './simulate.ts'
import { DEMO } from './demo-scenario.ts'
import { startMemory } from '../../src/analyse/memory.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { step } from '../../src/analyse/step.ts'

// A screen that shows one frame and then meets a bug of ours, for the test of the crash boundary.
const output = terminalOutput({
  input: process.stdin,
  output: process.stdout,
  color: true,
  ascii: false,
  timeZoneOffsetMinutes: 0,
  session: () => liveState(2000),
  onCommand: () => undefined,
  onQuit: () => undefined,
})
guardAgainstCrash('0.0.0', () => void output.close())
const [sample] = simulate({ ...DEMO, durationMs: 0 })
if (sample !== undefined) {
  await output.accept(step(startMemory({ kind: 'local', label: 'demo' }, RULES), sample).frame, sample)
}
setTimeout(() => {
  throw new Error('a bug of ours', { cause: new Error('and its cause') })
}, 300)
