// C0, DEL, C1, line and paragraph separators, bidi controls and zero-width joiners of direction:
// everything with which a process name could move a cursor or disguise itself. U+FEFF is the byte order mark.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Text from outside made safe to print: every control character becomes a visible replacement character. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd')
}

/** The last line with something in it, made printable and cut to `maxLength` characters. */
export function lastLine(text: string, maxLength = 160): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const line = printable(lines.at(-1) ?? '')
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line
}

/** Of `meta-llama/Llama-3.1-8B-Instruct` and `C:\\tools\\server.exe` the last part, which is what tells them apart. */
export function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
