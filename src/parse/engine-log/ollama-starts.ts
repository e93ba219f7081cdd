/**
 * The part of Ollama's log that one of its runners wrote: from the line in which the server started it until the next
 * start. The last one counts, where a port was used again; empty where none has this port.
 * `msg="starting runner" cmd="… runner … --port 36491"`, since 0.30 `msg="starting llama-server" cmd="…"`.
 */
export function logOfRunner(text: string, port: number): string {
  const lines = text.split('\n')
  const starts = lines.flatMap((line, at) => (isOllamaStart(line) ? [at] : []))
  const own = starts.findLast((at) => portIn(lines[at] ?? '') === port)
  if (own === undefined) return ''
  const next = starts.find((at) => at > own)
  return lines.slice(own, next).join('\n')
}

export function isOllamaStart(line: string): boolean {
  return /msg="starting (?:runner|llama-server)"/.test(line)
}

function portIn(line: string): number | undefined {
  const port = /--port (\d{1,5})\b/.exec(line)?.[1]
  return port === undefined ? undefined : Number(port)
}
