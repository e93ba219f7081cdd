/** Of `meta-llama/Llama-3.1-8B-Instruct` and `C:\\tools\\server.exe` the last part, which is what tells them apart. */
export function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}
