import type { FilteredView, Prompt } from './sheet.ts'

/** What filters each table, and what is being typed. */
export interface Typing {
  readonly filters: Readonly<Record<FilteredView, string>>
  readonly prompt: Prompt | undefined
}

/** The filters with what is typed now; undefined keeps what was typed before. */
export function typedFilters(
  { filters, prompt: before }: Typing,
  prompt: Prompt | undefined,
): Typing['filters'] {
  return prompt === undefined
    ? changed(filters, before, finished(before?.text ?? ''))
    : changed(filters, prompt, prompt.text)
}

/** As they were before something was typed. */
export function filtersBefore({ filters, prompt }: Typing): Typing['filters'] {
  return prompt?.kind === 'filter' ? changed(filters, prompt, prompt.before) : filters
}

// A column without what is looked for, as `u` begins it, filters nothing.
function finished(text: string): string {
  return text.replace(/(^|\s+)!?[a-z]+:\s*$/i, '')
}

function changed(filters: Typing['filters'], prompt: Prompt | undefined, text: string): Typing['filters'] {
  return prompt?.kind === 'filter' ? { ...filters, [prompt.view]: text } : filters
}
