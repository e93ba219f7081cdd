import { findConfigFile, type FoundFile, type NamedFile } from './config-file.ts'
import type { Issue } from './issue.ts'
import { mergeSettings, type Layers, type Merged } from './merge.ts'
import { configFolder } from './paths.ts'

export interface Loaded extends Merged {
  /** The file that is read where it is there, and to which the screen saves. */
  readonly path: string
  readonly found: FoundFile
}

/**
 * All settings of a run. Where anything is wrong, `issues` names all of it, and the run should not begin.
 * @param named the file of `--config`
 */
export async function loadSettings(layers: Omit<Layers, 'file'>, named: string | undefined): Promise<Loaded> {
  const found = await findConfigFile(
    namedFile(named, layers.variables),
    configFolder(layers.variables, layers.home),
  )
  const merged = mergeSettings({ ...layers, file: found.kind === 'file' ? found.file : undefined })
  const ofFile: readonly Issue[] = found.kind === 'issue' ? [found.issue] : []
  return {
    ...merged,
    issues: [...merged.issues, ...ofFile],
    path: found.kind === 'file' ? found.file.path : found.path,
    found,
  }
}

/** Everything that is wrong, as it is told: one sentence, or a line each. */
export function describeIssues(issues: readonly Issue[]): string {
  const lines = issues.map(({ where, problem }) => `${where}: ${problem}`)
  const [only = ''] = lines
  return lines.length === 1
    ? only
    : ['these settings are wrong:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function namedFile(flag: string | undefined, variables: Layers['variables']): NamedFile | undefined {
  if (flag !== undefined) return { path: flag, by: '--config' }
  const path = variables['LLMTOP_CONFIG'] ?? ''
  return path === '' ? undefined : { path, by: 'LLMTOP_CONFIG' }
}
