import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { RawSample } from '../../src/model/sample.ts'
import { recordingDecoder, type Decoded } from '../../src/parse/recording-decoder.ts'

/** Every line of a recording that is whole from its first byte to its last, as a reader from its beginning sees it. */
export function recorded(path: string): readonly Decoded[] {
  const bytes = readFileSync(path)
  const text = bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString()
  return decoded(text)
}

/** The same of the text. */
export function decoded(text: string): readonly Decoded[] {
  const decoder = recordingDecoder()
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => decoder.read(line))
}

export function samplesOf(lines: readonly Decoded[]): readonly RawSample[] {
  return lines.flatMap((line) => (line.kind === 'sample' ? [line.sample] : []))
}
