import { asArray, asNumber, asObject, asText } from '../../core/decode.ts'
import { printable } from '../../core/text.ts'

/** A loaded model of Ollama's /api/ps. */
export interface OllamaModel {
  readonly name: string
  /** What the scheduler counts for it in all, and on GPUs. */
  readonly sizeBytes: number
  readonly vramBytes: number
  /** Of one request; since 0.10. */
  readonly contextTokens: number | undefined
  readonly quantization: string | undefined
  /** When it is let go unless somebody asks it again, by the server's clock. */
  readonly expiresAtEpochMs: number | undefined
}

/** undefined when the page is not Ollama's. Source: docs/api.md, server/routes.go. */
export function parseOllamaPs(page: unknown): readonly OllamaModel[] | undefined {
  return asArray(asObject(page)?.['models'])?.flatMap((item) => {
    const model = asObject(item)
    const name = asText(model?.['name'])
    const sizeBytes = asNumber(model?.['size'])
    if (model === undefined || name === undefined || sizeBytes === undefined) return []
    const details = asObject(model['details'])
    return [
      {
        name: printable(name),
        sizeBytes,
        vramBytes: asNumber(model['size_vram']) ?? 0,
        contextTokens: asNumber(model['context_length']),
        quantization: printed(details?.['quantization_level']),
        expiresAtEpochMs: instantIn(model['expires_at']),
      },
    ]
  })
}

/** The digests of a manifest's layers that are weights (`sha256:…`). Source: types/model and manifests on disk. */
export function parseManifestWeights(manifest: unknown): readonly string[] {
  return (asArray(asObject(manifest)?.['layers']) ?? []).flatMap((item) => {
    const layer = asObject(item)
    const digest = asText(layer?.['digest'])
    return layer?.['mediaType'] === 'application/vnd.ollama.image.model' && digest !== undefined
      ? [digest]
      : []
  })
}

/** `2026-08-21T14:38:31.83753-07:00`: Go writes up to nine digits of a second, of which a Date keeps three. */
function instantIn(value: unknown): number | undefined {
  const atMs = Date.parse((asText(value) ?? '').replace(/(\.\d{3})\d+/, '$1'))
  return Number.isNaN(atMs) ? undefined : atMs
}

function printed(value: unknown): string | undefined {
  const text = asText(value)
  return text === undefined || text === '' ? undefined : printable(text)
}
