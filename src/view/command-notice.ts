import { formatDuration } from '../core/format.ts'
import type { SessionState, SourceCommand, Unmoved } from '../model/session.ts'
import { noWarning } from './wording.ts'

/** What there is to say of a command that shows nowhere else; undefined of one that does. */
export function commandNotice(
  command: SourceCommand,
  unmoved: Unmoved | undefined,
  session: SessionState,
  isHeld: boolean,
): string | undefined {
  if (unmoved !== undefined) return whyUnmoved(unmoved)
  // the header tells the interval of what is live, and this is not
  const isHidden = session.kind === 'live' && (isHeld || session.behindMs > 0)
  return command.kind === 'interval' && isHidden
    ? `a sample every ${formatDuration(command.intervalMs)} from now on`
    : undefined
}

function whyUnmoved(unmoved: Unmoved): string {
  switch (unmoved.kind) {
    case 'beginning':
      return 'this is the beginning: nothing older is kept'
    case 'no-past':
      return 'of so many hosts no past is kept'
    case 'no-warning':
      return noWarning(unmoved.direction)
    case 'no-such-time':
      return 'nothing of that time is kept'
  }
}
