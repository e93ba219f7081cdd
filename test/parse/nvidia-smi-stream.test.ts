import { describe, expect, test } from 'vitest'
import { splitChunk, splitDocuments, startSplitting } from '../../src/parse/nvidia-smi-stream.ts'
import { MAX_DOCUMENT_LENGTH } from '../../src/parse/nvidia-smi.ts'
import { seededRandom } from '../support/random.ts'
import { TWO_GPUS } from './nvidia-smi-documents.ts'

const DOCUMENT = TWO_GPUS.trimEnd()

describe('the output of a loop', () => {
  test('comes apart into its documents, however it is cut', () => {
    const output = `${DOCUMENT}\n\n${DOCUMENT}\n${DOCUMENT}\n`
    const random = seededRandom(7)
    for (const longest of [1, 16, 17, 4096, 9000, 100_000]) {
      const { documents, strays } = feed(inPieces(output, () => 1 + Math.floor(random() * longest)))
      expect(documents).toEqual([DOCUMENT, DOCUMENT, DOCUMENT])
      expect(strays).toBe('')
    }
  })

  test('keeps an error line in front of the document that follows it', () => {
    const line = 'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error'
    expect(feed([`${DOCUMENT}\n${line}\n`, `${DOCUMENT}\n`]).documents).toEqual([
      DOCUMENT,
      `${line}\n${DOCUMENT}`,
    ])
  })

  test('gives up lines that no document follows within 500', () => {
    const lines = 'Unknown Error\n'.repeat(500)
    const { strays, documents } = feed([lines.slice(0, 700), lines.slice(700), `${DOCUMENT}\n`])
    expect(strays).toBe(lines)
    expect(documents).toEqual([DOCUMENT])
    expect(feed([lines.slice(14)]).strays).toBe('')
  })

  test('gives up a line without end, and does not miss the document after it', () => {
    const rest = DOCUMENT.slice(DOCUMENT.indexOf('<gpu'))
    const { strays, documents } = feed([`${'x'.repeat(70_000)}<nvidia_smi_l`, `og>${rest}`])
    expect(strays.length).toBeGreaterThan(69_000)
    expect(documents).toHaveLength(1)
    expect(documents[0]).toContain('<nvidia_smi_log><gpu')
  })

  test('holds the words of a child that died', () => {
    expect(feed([`${DOCUMENT}\nGPU is `, 'lost\n']).state.pending).toBe('\nGPU is lost\n')
  })

  test('drops a document that grows too large, and goes on with the next', () => {
    const piece = `<value>${'9'.repeat(1_000_000)}</value>`
    const pieces = Array<string>(Math.ceil(MAX_DOCUMENT_LENGTH / piece.length) + 1).fill(piece)
    const whilst = feed(['<nvidia_smi_log>', ...pieces])
    expect(whilst.state.pending).toBe('')
    const after = feed(['<nvidia_smi_log>', ...pieces, '</nvidia_smi_', 'log>\n', DOCUMENT])
    expect(after.documents).toEqual([DOCUMENT])
  })
})

describe('a whole file', () => {
  test('comes apart into its documents', () => {
    expect(splitDocuments(`${DOCUMENT}\n${DOCUMENT}\n\n`)).toEqual([DOCUMENT, DOCUMENT])
    expect(splitDocuments(' \n')).toEqual([])
  })

  test('with a byte order mark and line ends of Windows is the same', () => {
    const windows = DOCUMENT.replaceAll('\n', '\r\n')
    expect(splitDocuments(`\ufeff${windows}\r\n\r\n${windows}\r\n`)).toEqual([windows, windows])
  })

  test('that breaks off ends with the torn document', () => {
    expect(splitDocuments(`${DOCUMENT}\n${DOCUMENT.slice(0, 900)}`)).toEqual([
      DOCUMENT,
      DOCUMENT.slice(0, 900).trim(),
    ])
  })
})

function feed(chunks: readonly string[]): {
  documents: string[]
  strays: string
  state: ReturnType<typeof startSplitting>
} {
  const documents: string[] = []
  let strays = ''
  let state = startSplitting()
  for (const chunk of chunks) {
    const step = splitChunk(state, chunk)
    state = step.state
    documents.push(...step.documents)
    strays += step.strays
  }
  return { documents, strays, state }
}

function inPieces(text: string, nextLength: () => number): string[] {
  const pieces: string[] = []
  for (let from = 0; from < text.length;) {
    const length = nextLength()
    pieces.push(text.slice(from, from + length))
    from += length
  }
  return pieces
}
