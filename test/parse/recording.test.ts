import { describe, expect, test } from 'vitest'
import { readRecordingLine } from '../../src/parse/recording.ts'

const SAMPLE = { sequence: 3, takenAtEpochMs: 1_795_264_267_000, elapsedMs: 6000, parts: {} }

function read(value: object): ReturnType<typeof readRecordingLine> {
  return readRecordingLine(JSON.stringify(value))
}

/** The parts that are read of a sample with these. */
function partsOf(parts: object): unknown {
  const line = read({ ...SAMPLE, parts })
  if (line.kind !== 'sample') return line
  const whole = [...line.sample.parts].map(([name, part]) => [name, part.kind === 'whole' ? part.part : part])
  return Object.fromEntries(whole) as unknown
}

describe('a line of a recording', () => {
  test('is a header, whatever else stands in it', () => {
    const header = {
      llmtop: 'recording',
      version: 1,
      host: 'node7',
      startedAtEpochMs: 5,
      intervalMs: 2000,
      tool: '9.9',
    }
    expect(read(header)).toEqual({
      kind: 'header',
      header: { host: 'node7', startedAtEpochMs: 5, intervalMs: 2000 },
    })
    expect(read({ llmtop: 'recording', version: 1, intervalMs: 500, host: 'no\u001bde' })).toEqual({
      kind: 'header',
      header: { host: 'no\ufffdde', startedAtEpochMs: 0, intervalMs: 500 },
    })
  })

  test('may leave out its interval', () => {
    const header = { llmtop: 'recording', version: 1, host: 'node7', startedAtEpochMs: 5 }
    const without = { host: 'node7', startedAtEpochMs: 5, intervalMs: undefined }
    expect(read(header)).toEqual({ kind: 'header', header: without })
    expect(read({ ...header, intervalMs: 0 })).toEqual({ kind: 'header', header: without })
  })

  test('is a sample; host, interval and link stand in it only where it has them', () => {
    const plain = { ...SAMPLE, isKey: false, on: undefined, parts: new Map() }
    expect(read(SAMPLE)).toEqual({ kind: 'sample', sample: plain })
    const own = { host: 'node\u009b8', intervalMs: 500, link: { state: 'late', ageMs: 40, retryInMs: 1000 } }
    expect(read({ ...SAMPLE, ...own })).toEqual({
      kind: 'sample',
      sample: { ...plain, ...own, host: 'node\ufffd8' },
    })
    expect(read({ ...SAMPLE, host: 7, intervalMs: 0, link: { state: 'sideways' } })).toEqual(read(SAMPLE))
  })

  test('holds parts of four kinds; what is none of them is passed over', () => {
    expect(
      partsOf({
        'nvidia-smi': { text: '<xml>', tookMs: 410, ageMs: 12 },
        'http/127.0.0.1:8000/metrics': { text: 'a 1', status: 200, contentType: 'text/plain' },
        'head//models/m.gguf': { base64: 'R0dVRg==', sizeBytes: 4096 },
        meminfo: { same: true },
        vmstat: { fault: { kind: 'not-found', what: 'vmstat' }, tookMs: 1 },
        'new/kind': { delta: [1, 2] },
        'head//no': { base64: 'R0dVR', sizeBytes: 1 },
        'head//text': { base64: 'GGUF\u001b===', sizeBytes: 1 },
        'no/part': 'text',
      }),
    ).toEqual({
      'nvidia-smi': { kind: 'text', text: '<xml>', tookMs: 410, ageMs: 12 },
      'http/127.0.0.1:8000/metrics': { kind: 'text', text: 'a 1', status: 200, contentType: 'text/plain' },
      'head//models/m.gguf': { kind: 'bytes', base64: 'R0dVRg==', sizeBytes: 4096 },
      meminfo: { kind: 'same' },
      vmstat: { kind: 'fault', fault: { kind: 'not-found', what: 'vmstat' }, tookMs: 1 },
    })
  })

  test('may be of a kind that a later version knows', () => {
    expect(read({ event: 'outcome', kind: 'none' })).toEqual({ kind: 'other' })
    expect(read({})).toEqual({ kind: 'other' })
  })

  test.each<[string, string]>([
    ['', 'is not a JSON object'],
    ['[1]', 'is not a JSON object'],
    ['{"sequence":1,"par', 'is not a JSON object'],
    ['{"llmtop":"snapshot","version":1}', "is no header of a recording ('llmtop')"],
    ['{"parts":{}}', "has no number as 'sequence'"],
    ['{"sequence":1,"takenAtEpochMs":"now","parts":{}}', "has no usable 'takenAtEpochMs'"],
    ['{"sequence":1,"takenAtEpochMs":9e15,"parts":{}}', "has no usable 'takenAtEpochMs'"],
    ['{"sequence":1,"takenAtEpochMs":0,"elapsedMs":null,"parts":{}}', "has no number as 'elapsedMs'"],
    ['{"sequence":1,"takenAtEpochMs":0,"elapsedMs":0,"parts":[]}', "has no object as 'parts'"],
    ['{"sequence":1e999,"takenAtEpochMs":0,"elapsedMs":0,"parts":{}}', "has no number as 'sequence'"],
  ])('%s %s', (line, because) => {
    expect(readRecordingLine(line)).toEqual({ kind: 'bad', because })
  })

  test.each([
    ['{"llmtop":"recording"}', 'is of format version unknown, and this llmtop reads 1'],
    ['{"llmtop":"recording","version":2}', 'is of format version 2, and this llmtop reads 1'],
  ])('%s ends the reading: %s', (line, because) => {
    expect(readRecordingLine(line)).toEqual({ kind: 'refused', because })
  })
})
