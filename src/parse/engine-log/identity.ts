import { printable } from '../../core/text.ts'

/** Whose log it is, as far as it says. */
export interface LogIdentity {
  /** Models as they were named to the engine: paths or repositories; of a log of several starts all of them, oldest first. */
  readonly models: readonly string[]
  /** Of the processes that wrote it, in the PID namespace of their own. */
  readonly pids: readonly number[]
}

export function logIdentity(text: string): LogIdentity {
  const lines = text.split('\n')
  return {
    models: unique(lines.flatMap((line) => identifying(line) ?? [])),
    pids: unique(lines.flatMap((line) => pidIn(line) ?? [])),
  }
}

/** The part of a line that names the model; the rest of such lines may hold keys. */
export function identityMark(line: string): string | undefined {
  const at = MARKS.findIndex((mark) => mark.test(line))
  return MARKS[at]?.exec(line)?.[0]
}

const MARKS = [
  // llama.cpp: llama_model_loader, and llama-server's `load_model`, which it prints at every verbosity
  /llama_model_loader: loaded meta data with .* tensors from (?<model>.+?) \(version/,
  /load_model: loading model '(?<model>[^']+)'/,
  // vLLM: vllm/v1/engine/core.py
  /Initializing an? (?:V\d )?LLM engine \(v[^)\s]+\) with config: model=(?<quote>['"])(?<model>.+?)\k<quote>/,
  // SGLang: python/sglang/srt/server_args.py
  /server_args=ServerArgs\(model_path='(?<model>[^']+)'/,
]

function identifying(line: string): string | undefined {
  for (const mark of MARKS) {
    const model = mark.exec(line)?.groups?.['model']
    if (model !== undefined) return printable(model)
  }
  return undefined
}

// vLLM since 0.10: `(EngineCore_DP0 pid=125) INFO …`
function pidIn(line: string): number | undefined {
  const pid = /^\S*\((?:EngineCore|Worker|APIServer)\S* pid=(\d{1,9})\)/.exec(line)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
