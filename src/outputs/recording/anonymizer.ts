import type { RawSample } from '../../model/sample.ts'

/** Replaces what names machines and people, the same by the same. */
export interface Anonymizer {
  sample(sample: RawSample): RawSample
  text(text: string): string
}
