import { lastPart } from '../core/text.ts'
import type { Workload } from '../model/workload.ts'

/** `vllm 4200`, or by the model where its processes are not seen: how people call a workload. */
export function workloadName(workload: Workload): string {
  const { engine, rootPid, model } = workload
  const name = engine === 'unknown' ? 'process' : engine
  if (rootPid.kind === 'known') return `${name} ${rootPid.value}`
  return model.name.kind === 'known' ? `${name} ${lastPart(model.name.value)}` : name
}
