import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

/** One process holds everything; in router mode each model has a llama-server of its own below the router. */
export const llamaCpp: Engine = {
  id: 'llama.cpp',
  label: 'llama.cpp',
  comms: ['llama-server', 'llama-cli', 'llama', 'llamafile', 'ld-linux-x86-64'],
  claim: claimBy('llama.cpp', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

// the tools of llama.cpp that load a model; names such as llama-swap and llama-stack belong to others
const TOOLS = new Set(
  'server cli run simple simple-chat bench batched-bench perplexity mtmd-cli embedding parallel speculative speculative-simple batched completion imatrix tts lookup lookahead save-load-state retrieval passkey eval-callback export-lora finetune cvector-generator diffusion-cli gemma3-cli llava-cli minicpmv-cli qwen2vl-cli results fit-params'
    .split(' ')
    .map((tool) => `llama-${tool}`),
)
// the unified binary since 2026: `llama serve`
const SUBCOMMANDS = new Set(['serve', 'server', 'cli', 'chat', 'run', 'bench', 'completion'])
// before they were renamed in 2024, and only with a model to load
const OLD_NAMES = new Set(['server', 'main', 'llama'])
// LocalAI's backend, one process per model, told apart by the CPU level: llama-cpp-avx2
const LOCALAI_BACKEND = /^llama-cpp(?:-[a-z0-9]+)*$/

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  return launch !== undefined && isTool(launch) ? 'root' : undefined
}

function isTool({ name, kind, args }: Launch): boolean {
  if (kind !== 'executable') return name === 'llama_cpp.server'
  if (TOOLS.has(name) || name === 'llamafile' || name.endsWith('.llamafile')) return true
  if (name === 'llama' && SUBCOMMANDS.has(args[0] ?? '')) return true
  if (OLD_NAMES.has(name)) return args.some((arg) => arg.endsWith('.gguf'))
  return LOCALAI_BACKEND.test(name) && args.some((arg) => arg.startsWith('--addr'))
}
