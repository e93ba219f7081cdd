import type { ModelArchitecture } from '../../model/architecture.ts'

/** One model of the catalogue. */
export interface CatalogueRow {
  readonly architecture: ModelArchitecture
  /** Where the numbers were read. */
  readonly source: string
  /** Other names under which people know it, Ollama's short ones among them. */
  readonly aliases: readonly string[]
}

export type Layers = readonly [layers: number, hiddenSize: number, feedForwardSize: number]
export type Heads = readonly [heads: number, kvHeads: number, headDim: number]
export type Vocabulary = readonly [vocabSize: number, contextLength: number, embeddings?: 'tied']

/** What a row has beyond a plain transformer. */
export type Extras = Partial<ModelArchitecture> & {
  readonly aliases?: readonly string[]
}

/**
 * A row by its three groups of numbers; `parameters` is the total that its maker publishes (safetensors metadata or model
 * card), language model only. A test computes it from the shape.
 */
export function model(
  family: string,
  name: string,
  parameters: number,
  [layers, hiddenSize, feedForwardSize]: Layers,
  [attentionHeads, kvHeads, headDim]: Heads,
  [vocabSize, contextLength, embeddings]: Vocabulary,
  source: string,
  { aliases = [], ...extras }: Extras = {},
): CatalogueRow {
  const architecture = {
    name,
    family,
    layers,
    hiddenSize,
    feedForwardSize,
    attentionHeads,
    kvHeads,
    headDimK: headDim,
    headDimV: headDim,
    vocabSize,
    contextLength,
    tiedEmbeddings: embeddings === 'tied',
    parameters,
    ...extras,
  }
  return { architecture, source, aliases }
}
