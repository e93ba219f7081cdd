import { bar, bound, uiAction } from '../binding.ts'
import type { Binding } from '../binding.ts'

/** The screen itself. */
export const SCREEN_KEYS: readonly Binding[] = [
  {
    ...bound(
      'Screen',
      ['f2', 'o'],
      ['F2', 'o'],
      'setup: theme, charts, interval, units, mouse, columns',
      bar('F2', 'Setup', 13),
    ),
    action: () => uiAction({ kind: 'sheet', sheet: { kind: 'setup', index: 0 } }),
  },
  {
    ...bound(
      'Screen',
      ['f12', 'S-w'],
      ['F12', 'W'],
      'save what was changed on the screen to the configuration file',
    ),
    action: () => ({ kind: 'save' }),
  },
  {
    ...bound(
      'Screen',
      ['C-l', 'C-r', 'f5'],
      ['Ctrl-L', 'Ctrl-R', 'F5'],
      'draw the screen anew, after something else has written on it',
    ),
    action: () => ({ kind: 'repaint' }),
  },
  {
    ...bound('Screen', ['C-z'], ['Ctrl-Z'], 'back to the shell; fg brings the screen again'),
    action: () => ({ kind: 'suspend' }),
  },
  {
    ...bound('Screen', ['q', 'f10', 'C-c'], ['q', 'F10', 'Ctrl-C'], 'quit', bar('q', 'Quit', 0)),
    action: () => ({ kind: 'quit' }),
  },
]
