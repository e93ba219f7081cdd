import { valueOr } from '../../core/reading.ts'
import type { Workload } from '../../model/workload.ts'

/** The command that ends a workload, or unloads a model of Ollama's; undefined of one whose processes are not seen from here. */
export function killing(workload: Pick<Workload, 'engine' | 'model' | 'rootPid'>): string | undefined {
  if (isUnloadable(workload)) return `ollama stop ${valueOr(workload.model.name, '')}`
  const { rootPid } = workload
  return rootPid.kind === 'known' ? `kill ${rootPid.value}` : undefined
}

/** Ollama's server stays, and lets go of the model. */
export function isUnloadable({ engine, model }: Pick<Workload, 'engine' | 'model'>): boolean {
  return engine === 'ollama' && model.name.kind === 'known'
}
