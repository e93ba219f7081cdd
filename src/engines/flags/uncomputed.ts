import type { FlagRule } from './rule.ts'
import { notComputed } from './rule.ts'

/** Flags that change memory in a way which the estimator does not follow. Source: vllm/engine/arg_utils.py, and its OffloadConfig. */
export const VLLM_UNCOMPUTED: readonly FlagRule[] = [
  notComputed(['--swap-space'], 'the swap space that --swap-space takes on the host is not counted'),
  notComputed(
    ['--offload-group-size'],
    'the layers that --offload-group-size moves to the host are not computed',
  ),
  notComputed(
    ['--kv-transfer-config'],
    'what the connector of --kv-transfer-config keeps on the host is not counted',
  ),
  notComputed(['--mamba-cache-dtype', '--mamba-ssm-cache-dtype'], 'another type of state is not computed'),
  notComputed(['--mamba-block-size', '--mamba-cache-mode'], 'another layout of the state is not computed'),
  notComputed(
    ['--kv-cache-dtype-skip-layers'],
    'the layers that --kv-cache-dtype-skip-layers leaves in full size are not computed',
    { takes: 'list' },
  ),
  notComputed(
    ['--prefill-context-parallel-size', '-pcp'],
    'the GPUs of --prefill-context-parallel-size are not counted',
    { unless: ['1'] },
  ),
  notComputed(
    ['--num-redundant-experts', '--eplb-config'],
    'the copies of experts of --enable-eplb are not counted',
  ),
  notComputed(
    ['--mm-encoder-tp-mode'],
    'the encoder that --mm-encoder-tp-mode keeps whole on every GPU is counted once',
    { unless: ['weights'] },
  ),
  notComputed(
    ['--language-model-only'],
    'the encoder is counted, though --language-model-only leaves it out',
    { takes: 'nothing' },
  ),
  notComputed(
    ['--mm-encoder-only'],
    'the language model is counted, though --mm-encoder-only leaves it out',
    { takes: 'nothing' },
  ),
  notComputed(['--max-cpu-loras'], 'the adapters that --max-cpu-loras keeps on the host are not counted'),
  notComputed(['--hf-overrides'], 'what --hf-overrides changes in the shape of the model is not read', {
    unless: ['{}'],
  }),
]

/** The same of SGLang. Source: python/sglang/srt/server_args.py. */
export const SGLANG_UNCOMPUTED: readonly FlagRule[] = [
  notComputed(
    ['--enable-dp-attention'],
    'attention, whole on every GPU by --enable-dp-attention, is divided',
    {
      takes: 'nothing',
    },
  ),
  notComputed(['--moe-dense-tp-size'], 'the dense layers of --moe-dense-tp-size are counted as divided'),
  notComputed(
    ['--dcp-size', '--decode-context-parallel-size', '--attn-cp-size', '--attention-context-parallel-size'],
    'what context parallelism divides is not computed',
    { unless: ['1'] },
  ),
  notComputed(['--ep-num-redundant-experts'], 'the copies of --ep-num-redundant-experts are not counted'),
  notComputed(
    ['--offload-group-size'],
    'the layers that --offload-group-size moves to the host are not computed',
    { unless: ['-1'] },
  ),
  notComputed(
    ['--kt-weight-path', '--kt-num-gpu-experts'],
    'the experts that KTransformers keeps on the host are not computed',
  ),
  notComputed(['--enable-lmcache'], 'what LMCache keeps on the host is not counted', { takes: 'nothing' }),
  notComputed(
    ['--enable-weights-cpu-backup', '--enable-draft-weights-cpu-backup'],
    'the copy of the weights on the host is not counted',
    { takes: 'nothing' },
  ),
  notComputed(
    ['--disaggregation-decode-enable-offload-kvcache'],
    'the cache that is moved to the host is not counted',
    { takes: 'nothing' },
  ),
  notComputed(['--max-mamba-cache-size'], 'the number of states of --max-mamba-cache-size is not computed'),
  notComputed(['--mamba-ssm-dtype'], 'another type of state is not computed', { unless: ['float32'] }),
  notComputed(['--enable-int8-mamba-checkpoint'], 'states of 8 bits are not computed', { takes: 'nothing' }),
  notComputed(['--enable-hisparse'], 'the cache that --enable-hisparse moves is not computed', {
    takes: 'nothing',
  }),
  notComputed(
    ['--prefill-only-disable-kv-cache'],
    'a cache is counted, though --prefill-only-disable-kv-cache takes none',
    { takes: 'nothing' },
  ),
  notComputed(
    ['--mm-preprocess-cache-size-mb'],
    'the cache of pictures of --mm-preprocess-cache-size-mb is not counted',
  ),
  notComputed(
    ['--mm-feature-transport'],
    'the 1 GiB that --mm-feature-transport takes on the first GPU is not counted',
    { unless: ['cpu'] },
  ),
  notComputed(['--language-only'], 'the encoder is counted, though --language-only leaves it out', {
    takes: 'nothing',
  }),
  notComputed(['--encoder-only'], 'the language model is counted, though --encoder-only leaves it out', {
    takes: 'nothing',
  }),
  notComputed(
    ['--max-loaded-loras'],
    'the adapters that --max-loaded-loras keeps on the host are not counted',
  ),
  notComputed(
    ['--modelopt-quant', '--torchao-config'],
    'what is made of the weights while loading is not computed',
    { unless: [''] },
  ),
  notComputed(
    ['--json-model-override-args'],
    'what --json-model-override-args changes in the shape of the model is not read',
    { unless: ['{}'] },
  ),
]

/** The same of llama.cpp. Source: its tools/server/README.md, made of common/arg.cpp; `-amb` is of ik_llama.cpp. */
export const LLAMA_CPP_UNCOMPUTED: readonly FlagRule[] = [
  notComputed(['--moe-cache-mib'], 'the cache of experts of --moe-cache-mib is not counted', {
    variable: 'LLAMA_ARG_MOE_CACHE_MIB',
  }),
  notComputed(['--lora', '--lora-scaled'], 'the adapters of --lora are not counted'),
  notComputed(
    ['--control-vector', '--control-vector-scaled'],
    'the vectors of --control-vector are not counted',
  ),
  notComputed(['-mmu', '--mmproj-url'], 'the projector of --mmproj-url is not counted', {
    variable: 'LLAMA_ARG_MMPROJ_URL',
  }),
  notComputed(['--rpc'], 'what --rpc moves to other machines is not computed', {
    variable: 'LLAMA_ARG_RPC',
  }),
  notComputed(['--mlock'], 'the pages of the model that --mlock holds on the host are not counted', {
    takes: 'nothing',
    variable: 'LLAMA_ARG_MLOCK',
  }),
  notComputed(
    ['-lm', '--load-mode'],
    'the pages of the model that --load-mode holds on the host are not counted',
    { unless: ['mmap', 'dio'], variable: 'LLAMA_ARG_LOAD_MODE' },
  ),
  notComputed(['--no-op-offload'], 'what --no-op-offload saves on the GPU is not computed', {
    takes: 'nothing',
  }),
  notComputed(['-amb', '--attention-max-batch'], 'the smaller buffer of -amb is not computed'),
  notComputed(
    [
      '--embd-gemma-default',
      '--fim-qwen-1.5b-default',
      '--fim-qwen-3b-default',
      '--fim-qwen-7b-default',
      '--fim-qwen-7b-spec',
      '--fim-qwen-14b-spec',
      '--fim-qwen-30b-default',
      '--gpt-oss-20b-default',
      '--gpt-oss-120b-default',
      '--vision-gemma-4b-default',
      '--vision-gemma-12b-default',
    ],
    'the model and the settings of a preset are not read',
    { takes: 'nothing' },
  ),
]

/** The same of TGI. Source: its launcher/src/main.rs. */
export const TGI_UNCOMPUTED: readonly FlagRule[] = [
  notComputed(['--lora-adapters'], 'the adapters of --lora-adapters are not counted', {
    variable: 'LORA_ADAPTERS',
  }),
  notComputed(['--speculate'], 'the heads and the room for tokens of --speculate are not counted', {
    variable: 'SPECULATE',
  }),
  notComputed(
    ['--enable-prefill-logprobs'],
    'the logits of whole prompts that --enable-prefill-logprobs asks for are not counted',
    { takes: 'nothing', variable: 'ENABLE_PREFILL_LOGPROBS' },
  ),
]
