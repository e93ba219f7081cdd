/** What is kept of the documents of one loop, to notice when its answers go bad. */
export interface LoopWatch {
  /** Whether the first document had a number, for each utilisation in turn; undefined before it. */
  readonly hadNumber: readonly boolean[] | undefined
  /** Documents in a row whose end came late. */
  readonly lateEnds: number
}

export const FRESH_LOOP: LoopWatch = { hadNumber: undefined, lateEnds: 0 }

// one late end may be our own doing: a stopped llmtop reads late
const LATE_ENDS_NEEDED = 2

/**
 * @param silentMs how long nothing came before the piece that ended this document, 0 where it came in one piece. A
 *   document that is only slow trickles; where output leaves in blocks, its last block waits for the next document.
 */
export function watchDocument(
  watch: LoopWatch,
  document: string,
  silentMs: number,
  intervalMs: number,
): LoopWatch {
  return {
    hadNumber: watch.hadNumber ?? utilizations(document).map(isNumber),
    lateEnds: silentMs > intervalMs ? watch.lateEnds + 1 : 0,
  }
}

/** Why this loop is to be left, in words that complete «its loop mode …»; undefined while it serves. */
export function whyLeave(watch: LoopWatch, document: string): string | undefined {
  if (watch.lateEnds >= LATE_ENDS_NEEDED) return 'holds back the end of each document until the next one'
  // seen with one card: the loop answers once, then only errors, while single runs stay right (nvidia-smi-xml.md §8)
  const lost = utilizations(document).some(
    (text, position) => watch.hadNumber?.[position] === true && text.includes('Unknown Error'),
  )
  return lost ? "answers 'Unknown Error' where its first document had numbers" : undefined
}

/** Whether a loop that ended without any document was refused, rather than failed. */
export function isLoopRefused(text: string, exitCode: number | null): boolean {
  // 2: "a supplied argument or flag is invalid" (man nvidia-smi)
  return exitCode === 2 || /invalid combination of input arguments|is not recognized/i.test(text)
}

/** How a loop of that pace is asked for: whole seconds by -l, everything else in milliseconds. */
export function loopArguments(intervalMs: number): readonly string[] {
  const pace =
    intervalMs % 1000 === 0 ? ['-l', `${intervalMs / 1000}`] : ['-lms', `${Math.round(intervalMs)}`]
  return ['-q', '-x', ...pace]
}

function utilizations(document: string): readonly string[] {
  return Array.from(document.matchAll(/<(?:gpu|memory)_util>([^<]*)</g), ([, text]) => text ?? '')
}

function isNumber(text: string): boolean {
  return /^\s*\d/.test(text)
}
