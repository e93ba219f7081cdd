import { printable } from '../core/text.ts'

/**
 * The arguments in /proc/PID/cmdline, which are separated by NUL characters. A process that has overwritten its title
 * (setproctitle, as vLLM's and SGLang's workers do) leaves one text padded with blanks or NULs: that is one element,
 * trimmed. Kernel threads and zombies have none.
 */
export function parseCmdline(text: string): readonly string[] {
  const words = text.replace(/\0+$/, '')
  if (words === '') return []
  const [title, ...others] = words.split('\0').map(printable)
  if (title === undefined || others.length > 0) return title === undefined ? others : [title, ...others]
  const trimmed = title.trim()
  return trimmed === '' ? [] : [trimmed]
}
