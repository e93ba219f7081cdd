// Names in paths that are the same on every machine, or of programs and models that everybody has: they say nothing of
// whose machine it is, and what they say of the workload is what a recording is for.

/** Whether a part of a path may stay as it is. */
export function isKnownName(name: string): boolean {
  return KNOWN.has(name.toLowerCase()) || SHAPES.some((shape) => shape.test(name))
}

/** A name of a user or a machine that means something else in every text: it can't be told from that. */
export function isCommonWord(name: string): boolean {
  return KNOWN.has(name.toLowerCase())
}

const KNOWN = new Set(
  // the file system
  (
    'bin boot dev etc home lib lib32 lib64 libexec local media mnt opt proc root run sbin share snap srv sys tmp usr var ' +
    'log logs lock cache src include shm fd ns net stat status cmdline cgroup environ cpuinfo meminfo vmstat self ' +
    'data models model checkpoints weights workspace work scratch nfs app apps users ' +
    // Python
    'site-packages dist-packages venv .venv env envs conda miniconda3 anaconda3 miniforge3 uv python python3 __main__.py ' +
    'torchrun torch transformers accelerate deepspeed triton nvidia cuda nccl entrypoints openai api_server.py ' +
    'launch_server.py server.py serve.py main.py train.py app.py webui.py koboldcpp.py ' +
    // engines
    'vllm vllm-openai sglang sgl tgi text-generation-launcher text-generation-server text-generation-router ' +
    'tensorrt_llm trtllm-serve trtllm lmdeploy turbomind exllamav2 tabbyapi koboldcpp kobold aphrodite lmstudio ' +
    'llama llama-server ollama .ollama localhost gpu cpu ' +
    '.lmstudio text-generation-webui ray dynamo whisper comfyui ' +
    // caches of models
    'huggingface .cache hub snapshots blobs refs manifests registry.ollama.ai library manifest config.json ' +
    'generation_config.json tokenizer.json params.json adapter_config.json hf_quant_config.json ' +
    'model.safetensors.index.json model.safetensors ggml ' +
    // what engines answer to
    'v1 v2 api metrics health healthz ready props slots models completions chat embeddings tags ps show generate ' +
    'version info get_server_info get_model_info server_info load is_sleeping api-key ' +
    // control groups
    'docker lxc containerd kubepods besteffort burstable guaranteed machine user system init.scope memory.max ' +
    'memory.current memory.stat memory.events slurm step_batch step_extern task_0'
  ).split(' '),
)

const SHAPES: readonly RegExp[] = [
  // the place itself, its parents, numbers, versions
  /^\.{0,2}$/,
  /^v?\d[\d.]*$/,
  /^python[\d.]*$/,
  // libraries
  /^(?:lib|ld)[\w+.-]*\.so[\d.]*$/,
  // repositories in the Hugging Face cache, their revisions, content by its digest
  /^models--[\w.-]+$/,
  /^[\da-f]{40}$/,
  /^sha256[-:][\da-f]{64}$/,
  // what was made anonymous before, and the units that hold it
  /^[\da-f]{64}$/,
  /^pod[\da-f_-]+$/,
  /^(?:docker|cri-containerd|crio|libpod|podman|buildkit|kubepods|session|user|machine|system|init|app|background)[-\da-f_@a-z]*\.(?:slice|scope|service)$/,
  /^(?:ollama|docker|containerd|vllm|llama-server|sglang)\.service$/,
  // models that are published, by their families
  /llama|qwen|qwq|mi[sx]tral|ministral|magistral|codestral|devstral|gemma|(?:^|[-_])phi-?\d|deepseek|gpt-?(?:2|oss|neox|j)|glm-?\d|kimi|falcon|granite|nemotron|command-[ar]|(?:^|[-_])yi-\d|vicuna|olmo|jamba|bloom|internlm|minicpm|starcoder|smollm|exaone|hunyuan|ernie|lfm2|whisper/i,
]

/** What the end of a file's name says of its content: quantization, number of the part, kind. */
export const TELLING_END =
  /(?:[-_.](?:I?Q\d\w*|BF16|FP?16|FP?32|FP8|INT[48]|AWQ|GPTQ|MXFP4\w*|TQ[12]_0))?(?:-\d{5}-of-\d{5})?\.(?:gguf|ggml|bin|safetensors|json|py|sh|log|txt|ya?ml|toml|jinja|slice|scope|service|socket)$/i
