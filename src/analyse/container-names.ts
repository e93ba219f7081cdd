import { parseContainerNames } from '../parse/container-names.ts'
import { textOf, type AnswerBook } from './answers.ts'
import type { ProcessBook, ProcessRecord } from './processes.ts'

/** The processes with the names of their containers, where the user wanted to know them. */
export function withContainerNames(book: ProcessBook, answers: AnswerBook): ProcessBook {
  const text = textOf(answers, 'containers')
  if (text === '') return book
  const names = parseContainerNames(text)
  return new Map([...book].map(([pid, record]) => [pid, namedRecord(record, names)]))
}

/** A container that is gone from the list keeps its name for as long as its processes are seen. */
function namedRecord(record: ProcessRecord, names: ReadonlyMap<string, string>): ProcessRecord {
  const { container } = record.process
  const name = container === undefined ? undefined : names.get(container.id)
  if (container === undefined || name === undefined || name === container.name) return record
  return { ...record, process: { ...record.process, container: { ...container, name } } }
}
