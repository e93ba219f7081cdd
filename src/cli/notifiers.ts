import type { Settings } from '../config/settings.ts'
import { notifyOutput } from '../outputs/notify.ts'
import type { Output } from '../outputs/output.ts'
import type { Environment } from './environment.ts'

/** Who else is told of warnings. What goes wrong there is said when the screen is gone. */
export function notifiers({ stderr }: Environment, onWarning: Settings['onWarning']): readonly Output[] {
  if (onWarning === undefined) return []
  let trouble: string | undefined
  const output = notifyOutput({ command: onWarning, onTrouble: (sentence) => (trouble = sentence) })
  return [
    {
      ...output,
      async close() {
        await output.close()
        if (trouble !== undefined) stderr.write(`llmtop: ${trouble}\n`)
      },
    },
  ]
}
