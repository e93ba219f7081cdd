import type { EngineSettings } from './settings.ts'

/** What is to be said of a model beside the model; its own MTP layers are counted. */
export function uncountedDraft({ specMethod }: EngineSettings): readonly string[] {
  return specMethod === 'draft-model' || specMethod === 'eagle'
    ? ['the draft model itself is not counted']
    : []
}
