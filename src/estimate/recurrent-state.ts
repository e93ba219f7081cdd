import type { RecurrentState } from '../model/architecture.ts'

/** Values that one sequence keeps in one recurrent layer. */
export interface StateElements {
  readonly convolution: number
  readonly state: number
}

/** Source: llama.cpp's hparams (n_embd_r, n_embd_s) and vLLM's mamba_utils.py, which agree. */
export function stateElements(recurrent: RecurrentState): StateElements {
  return {
    convolution:
      Math.max(recurrent.convKernel - 1, 0) *
      (recurrent.innerSize + 2 * recurrent.groups * recurrent.stateSize),
    state: recurrent.innerSize * recurrent.stateSize,
  }
}

/** llama.cpp keeps both in float32. */
export function llamaCppStateBytes(recurrent: RecurrentState): number {
  const { convolution, state } = stateElements(recurrent)
  return 4 * (convolution + state)
}

/**
 * vLLM and SGLang: the convolution in the model's type, the state as the config says, and else in float32
 * (`mamba_ssm_dtype` of Qwen3-Next, Qwen3.5 and Nemotron-H; SGLang for all models).
 */
export function servedStateBytes(
  recurrent: RecurrentState,
  dtypeBytes: number,
  tensorParallel: number,
): number {
  const { convolution, state } = stateElements(recurrent)
  const stateBytes = recurrent.stateType === 'bfloat16' || recurrent.stateType === 'float16' ? 2 : 4
  return Math.ceil((convolution * dtypeBytes + state * stateBytes) / tensorParallel)
}
