import { expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { CATALOGUE } from '../../src/estimate/catalogue/rows.ts'
import { readArchitectureFile } from '../../src/parse/architecture-file.ts'

const OWN = {
  schema: 'llmtop.architecture/1',
  name: 'my model',
  family: 'llama',
  layers: 3,
  hiddenSize: 256,
  feedForwardSize: 512,
  attentionHeads: 8,
  kvHeads: [8, 0, 8],
  headDimK: 32,
  headDimV: 32,
  vocabSize: 1000,
  contextLength: 4096,
  tiedEmbeddings: false,
  parameters: 8_030_261_248,
  slidingWindow: { tokens: 1024, layers: [true, true, false], kvHeads: null, headDimK: null, headDimV: null },
  mla: { kvLoraRank: 512, qkRopeHeadDim: 64 },
  moe: { experts: 128, expertsUsed: 8, expertFeedForwardSize: 768 },
  recurrent: { layers: [true, false], convKernel: 4, innerSize: 4096, stateSize: 128, groups: 16 },
  kvSharedLayers: 0,
}

function read(change: object) {
  return readArchitectureFile(JSON.stringify({ ...OWN, ...change }), 'my.json')
}

test('an architecture file holds every key of its schema', () => {
  const { schema, slidingWindow, ...rest } = OWN
  expect([schema, read({})]).toEqual([
    'llmtop.architecture/1',
    {
      kind: 'read',
      architecture: {
        ...rest,
        slidingWindow: { tokens: slidingWindow.tokens, layers: slidingWindow.layers },
      },
      doubts: [],
    },
  ])
})

test('the rows of the catalogue are architecture files', () => {
  const again = CATALOGUE.map(({ architecture }) =>
    readArchitectureFile(JSON.stringify({ schema: 'llmtop.architecture/1', ...architecture }), 'row.json'),
  )
  expect(again.filter(({ kind }) => kind === 'fault')).toEqual([])
})

test.each([
  [{ schema: 'llmtop.frame/1' }, "field 'schema': 'llmtop.frame/1'"],
  [{ schema: undefined }, "field 'schema': 'nothing'"],
  [{ layers: undefined }, "field 'layers': 'nothing'"],
  [{ layers: 1e12 }, "field 'layers': '1000000000000'"],
  [{ kvHeads: undefined }, "field 'kvHeads': 'nothing'"],
  [{ kvHeads: [8, 8] }, "field 'kvHeads': '2 entries for 3 layers'"],
  [{ headDimK: -1 }, "field 'headDimK': '-1'"],
  [{ parameters: '8B' }, `field 'parameters': '"8B"'`],
  [{ slidingWindow: { layers: [true] } }, "field 'slidingWindow.tokens': 'nothing'"],
  [{ slidingWindow: { tokens: 8, layers: [] } }, "field 'slidingWindow.layers': 'no list of true and false'"],
  [{ recurrent: { layers: [true] } }, "field 'recurrent.convKernel': 'nothing'"],
])('an architecture file with %o is refused with the field', (change, expected) => {
  const reading = read(change)
  expect(reading.kind === 'fault' && describeFault(reading.fault)).toBe(
    `'my.json' is not what it should be at ${expected}`,
  )
})

test('what is no JSON is no architecture file', () => {
  const reading = readArchitectureFile('schema: x', 'my.json')
  expect(reading.kind === 'fault' && describeFault(reading.fault)).toBe(
    "'my.json' is not what it should be at the beginning: 'no JSON object'",
  )
})
