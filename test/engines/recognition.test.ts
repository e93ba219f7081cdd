import { describe, expect, test } from 'vitest'
import { claimFor, engineOf } from '../../src/engines/index.ts'
import type { HostProcess } from '../../src/model/snapshot.ts'
import { hostProcess } from '../support/host-process.ts'

/** `child < parent < grandparent`; a blank separates arguments. */
function family(line: string): readonly HostProcess[] {
  return line
    .split(' < ')
    .map((command, generation) =>
      hostProcess({ pid: 100 - generation, parentPid: 99 - generation, command: command.trim().split(' ') }),
    )
}

/** Engine, and how many generations above the process its root stands. */
function claimed(line: string): string {
  const claim = claimFor(family(line))
  return claim === undefined ? 'none' : `${claim.engine} ${100 - claim.root.pid}`
}

const BLOB = `sha256-${'6a77'.repeat(16)}`
const SPAWNED = 'python3 -c from_multiprocessing.spawn_import_spawn_main --multiprocessing-fork'

describe('the engine of a process and the generation of its root', () => {
  test.each([
    // vLLM
    ['vllm serve meta-llama/Llama-3.1-8B-Instruct --port 8000', 'vllm 0'],
    ['/opt/venv/bin/python3 /opt/venv/bin/vllm serve M -tp 2', 'vllm 0'],
    ['python -m vllm.entrypoints.openai.api_server --model M', 'vllm 0'],
    ['python3 -m vllm.entrypoints.cli.main serve M', 'vllm 0'],
    ['python3 /src/vllm/vllm/entrypoints/openai/api_server.py --model M', 'vllm 0'],
    ['vllm bench throughput --model M', 'vllm 0'],
    ['VLLM::EngineCore', 'vllm 0'],
    ['VLLM::EngineCore < python /usr/bin/vllm serve M', 'vllm 1'],
    ['VLLM::EngineCore_DP0 < vllm serve M -dp 2', 'vllm 1'],
    ['VLLM::Worker_TP0 < VLLM::EngineCore < vllm serve M', 'vllm 2'],
    ['VLLM::Worker_DP0_PP0_TP1_EP1 < VLLM::EngineCore_DP0', 'vllm 1'],
    ['prod::Worker_TP3 < prod::EngineCore < vllm serve M', 'vllm 2'],
    ['VLLM::EngineCor', 'vllm 0'],
    ['VLLM::APIServer_0 < vllm serve M --api-server-count 2', 'vllm 1'],
    [`${SPAWNED} < vllm serve M`, 'vllm 1'],
    [`${SPAWNED} < ${SPAWNED} < vllm serve M < /bin/sh -c vllm serve M`, 'vllm 2'],
    ['VLLM::EngineCore < python offline.py', 'vllm 0'],
    ['VLLM::Worker_TP1 < VLLM::EngineCore < python offline.py', 'vllm 1'],
    ['ray::RayWorkerWrapper.__ray_call__ < /opt/ray/raylet --node_ip=1', 'vllm 0'],
    ['numactl --cpunodebind=0 --membind=0 vllm serve M', 'vllm 0'],
    ['numactl --cpunodebind 0 vllm serve M', 'vllm 0'],
    ['nsys profile -o vllm -t cuda,nvtx vllm serve M', 'vllm 0'],
    ['env HF_HOME=/models CUDA_VISIBLE_DEVICES=0 vllm serve M', 'vllm 0'],
    ['uv run --with vllm vllm serve M', 'vllm 0'],
    ['uv run python -m vllm.entrypoints.openai.api_server --model M', 'vllm 0'],
    ['conda run -n serving vllm serve M', 'vllm 0'],
    ['/usr/bin/tini -- vllm serve M', 'vllm 0'],
    ['sudo -u serving env A=b nice -n 5 vllm serve M', 'vllm 0'],
    ['VLLM::EngineCore < vllm serve M < /usr/bin/uv run vllm serve M', 'vllm 1'],
    // SGLang
    ['python3 -m sglang.launch_server --model-path /models/R1 --tp 8', 'sglang 0'],
    ['/venv/bin/python /venv/bin/sglang serve --model-path M', 'sglang 0'],
    ['sglang::scheduler_TP0', 'sglang 0'],
    ['sglang::schedul', 'sglang 0'],
    [
      'sglang::scheduler_DP1_TP0 < sglang::data_parallel_controller < python3 -m sglang.launch_server --dp 2',
      'sglang 2',
    ],
    ['sglang::detokenizer < python3 -m sglang.launch_server --model M', 'sglang 1'],
    ['sglang::scheduler < python3 -m sglang_router.launch_server --model M', 'sglang 1'],
    ['python3 -m sglang.bench_one_batch --model M', 'sglang 0'],
    // llama.cpp
    ['/home/user/llama.cpp/build/bin/llama-server -m MODEL.gguf', 'llama.cpp 0'],
    ['/app/llama-server', 'llama.cpp 0'],
    ['llama serve -hf ggml-org/gemma-3-4b-it-GGUF', 'llama.cpp 0'],
    ['./server -m models/7B/ggml-model-q4_0.gguf -c 2048', 'llama.cpp 0'],
    ['llama-cli -m a.gguf -p hello', 'llama.cpp 0'],
    ['llama-bench -m a.gguf', 'llama.cpp 0'],
    ['llama-server --alias a --port 41234 < llama-server --models-dir /models', 'llama.cpp 0'],
    [
      '/lib64/ld-linux-x86-64.so.2 --library-path /l:/l/llama --argv0 llama-server /l/llama-server -m a.gguf',
      'llama.cpp 0',
    ],
    ['taskset 0xff llama-server -m a.gguf', 'llama.cpp 0'],
    ['timeout -s INT 60 llama-server -m a.gguf', 'llama.cpp 0'],
    ['python3 -m llama_cpp.server --model a.gguf', 'llama.cpp 0'],
    ['./mistral-7b.Q4_K_M.llamafile --server', 'llama.cpp 0'],
    ['/backends/cuda12-llama-cpp/llama-cpp-avx2 --addr 127.0.0.1:37011 < local-ai run', 'llama.cpp 0'],
    ['llama-server -m a.gguf --port 5801 < llama-swap --config c.yaml --listen :8080', 'llama.cpp 0'],
    ['llama-server --model a.gguf --port 5005 < python server.py --loader llama.cpp', 'llama.cpp 0'],
    // Ollama
    ['/usr/local/bin/ollama serve', 'ollama 0'],
    [
      `/usr/local/bin/ollama runner --model /root/.ollama/models/blobs/${BLOB} --port 39609 < ollama serve`,
      'ollama 0',
    ],
    [`/tmp/ollama41/runners/cuda_v12/ollama_llama_server --model /b/blobs/${BLOB} --port 3`, 'ollama 0'],
    ['ollama_llama_se', 'ollama 0'],
    [`/usr/lib/ollama/llama-server --model /x/blobs/${BLOB} --port 4 < /usr/bin/ollama serve`, 'ollama 0'],
    ['llama-server --model /data/x --port 4 < /usr/bin/ollama serve', 'ollama 0'],
    ['/usr/local/bin/ollama', 'ollama 0'],
    ['C:\\Programs\\Ollama\\ollama.exe', 'ollama 0'],
    // TGI
    ['text-generation-launcher --json-output', 'tgi 0'],
    ['text-generation-router --max-concurrent-requests 128 < text-generation-launcher', 'tgi 1'],
    [
      '/opt/conda/bin/python3.11 /opt/conda/bin/text-generation-server serve M < text-generation-launcher --model-id M',
      'tgi 1',
    ],
    ['text-generation', 'tgi 0'],
    // the others
    ['trtllm-serve meta-llama/Llama-3.1-8B --tp_size 2', 'tensorrt-llm 0'],
    [
      'python3 -m mpi4py.futures.server < orted --hnp < python3 /usr/local/bin/trtllm-serve serve M',
      'tensorrt-llm 2',
    ],
    ['mpirun -n 2 --allow-run-as-root trtllm-llmapi-launch trtllm-serve M', 'tensorrt-llm 0'],
    ['tritonserver --model-repository=/engines', 'tensorrt-llm 0'],
    ['python3 /usr/bin/lmdeploy serve api_server internlm/internlm2_5-7b-chat', 'lmdeploy 0'],
    ['python3 -m lmdeploy serve api_server M', 'lmdeploy 0'],
    ['python /opt/tabbyAPI/main.py', 'exllama 0'],
    ['python3 -m exllamav3.server -m /models/x', 'exllama 0'],
    ['python koboldcpp.py --model a.gguf --usecublas', 'koboldcpp 0'],
    ['./koboldcpp-linux-x64-cuda1210 a.gguf 5001', 'koboldcpp 0'],
    ['/tmp/.mount_LM-Stu1/lm-studio', 'lmstudio 0'],
    ['/tmp/.mount_LM-Stu1/lm-studio --type=utility < /tmp/.mount_LM-Stu1/lm-studio', 'lmstudio 1'],
    [
      '/home/u/.lmstudio/.internal/utils/node /home/u/.lmstudio/.internal/llmworker.js < llmster',
      'lmstudio 1',
    ],
    ['python /opt/text-generation-webui/server.py --api', 'text-generation-webui 0'],
    ['python server.py --loader ExLlamav3 --listen', 'text-generation-webui 0'],
    ['transformers serve', 'transformers 0'],
    ['python -m transformers.cli.transformers chat Qwen/Qwen3-4B', 'transformers 0'],
    // torch
    ['python train.py --epochs 3', 'pytorch 0'],
    ['python -u train.py --epochs 3 < torchrun --nproc_per_node 8 train.py --epochs 3', 'pytorch 1'],
    ['python -u train.py < python -m torch.distributed.run --nproc-per-node=8 train.py', 'pytorch 1'],
    ['python3 train.py < accelerate launch --num_processes 2 train.py', 'pytorch 1'],
    [`${SPAWNED} < python train.py`, 'pytorch 1'],
    ['python -m ipykernel_launcher -f /run/kernel-1.json < python /usr/bin/jupyter-lab', 'pytorch 0'],
    ['ray::MegatronTrainRayActor.train < raylet', 'pytorch 0'],
    ['python3 -c import_torch', 'pytorch 0'],
  ])('%s', (line, expected) => {
    expect(claimed(line)).toBe(expected)
  })
})

describe('no engine is seen in', () => {
  test.each([
    'vim /src/vllm/engine/core.py',
    'nvim vllm serve',
    'code /home/u/llama-server',
    'grep -r llama-server /etc',
    'rg VLLM::EngineCore',
    'tail -f /var/log/vllm.log',
    'less text-generation-launcher.log',
    'bash -c vllm serve M',
    '/bin/sh /entrypoint.sh ollama serve',
    'watch nvidia-smi',
    'sudo -u ollama ls /usr/share/ollama/.ollama/models',
    'timeout 60 grep ollama serve',
    'man llama-server',
    'docker run --gpus all vllm/vllm-openai --model M',
    '/usr/bin/containerd-shim-runc-v2 -namespace moby -id vllm',
    'conmon --name vllm -- vllm serve M',
    'ssh node7 vllm serve M',
    'tmux new -s sglang::scheduler',
    'ollama run llama3.2',
    'ollama pull llama3.2',
    'llama-swap --config c.yaml --listen :8080',
    'local-ai run --models-path /models',
    '/usr/lib/xorg/Xorg :0 -seat seat0',
    '/usr/bin/gnome-shell',
    '/opt/google/chrome/chrome --type=gpu-process --field-trial=vllm',
    '/usr/lib/firefox/firefox -contentproc',
    '...rack-uuid=3190708988185955192',
    '/usr/bin/kwin_wayland --model M.gguf',
    'ffmpeg -hwaccel cuda -i server.gguf',
    'blender -b scene.blend',
    './server --port 80',
    'java -jar server.jar model.gguf.txt',
    'node server.js',
    'nginx: worker process',
    'python-config --libs',
    'systemctl status ollama',
    'journalctl -u vllm -f',
    'nsys profile -o llama-server',
    '/usr/bin/python3',
    'mlc_llm serve M',
    'text-embeddings-router --model-id org/M --port 80',
    './rpc-server',
    'gdb -p 4242 llama-server',
    'gdb llama-server core',
    'tail -n 100 -f vllm serve.log',
    'pgrep -f vllm serve',
    'pkill -f llama-server',
    'screen -S ollama -dm ollama serve',
    'docker exec -it ollama ollama run llama3',
    'kubectl logs -f vllm-0',
    'cmake --build build --target llama-server',
    'find / -name koboldcpp.py',
    'code-server --auth none /home/u/sglang',
    'huggingface-cli download org/M',
  ])('%s', (line) => {
    expect(claimed(line)).toBe('unknown 0')
  })
})

describe('of a Python process, other engines are not seen in', () => {
  test.each([
    'python train.py --model vllm --server llama-server',
    'python3 /home/u/vllm/train.py',
    'python3 sglang_client.py',
    'python server.py',
    'python3 -m pytest tests/vllm/test_serve.py',
    'python3 main.py',
    'python -m http.server',
    'python -m verl.trainer.main_ppo actor_rollout_ref.rollout.name=vllm',
    'python -m axolotl.cli.train config.yml',
    '/opt/conda/bin/python /opt/conda/bin/axolotl train config.yml',
    'python3 /usr/local/bin/deepspeed --num_gpus 8 train.py',
    'python3 -m fastchat.serve.model_worker --model-path org/M',
    'python3 /app/ComfyUI/main.py --listen',
    'python3 benchmark_vllm.py',
    'python3 /usr/local/bin/llamafactory-cli train llama3_lora.yaml',
  ])('%s', (line) => {
    expect(claimed(line)).toBe('pytorch 0')
  })
})

/** As people and their tools start servers: the engine, and the model where the line states one. */
const STARTS: readonly (readonly [engine: string, model: string | undefined, ...family: string[]])[] = [
  ['vllm', 'org/M', 'uv run --python 3.12 --with vllm -- vllm serve org/M'],
  ['vllm', 'org/M', 'uv tool run --from vllm vllm serve org/M'],
  ['vllm', 'org/M', 'env -S CUDA_VISIBLE_DEVICES=0 vllm serve org/M'],
  ['vllm', 'org/M', 'nsys profile --trace=cuda --force-overwrite true vllm serve org/M'],
  [
    'vllm',
    'org/M',
    'conda run --live-stream -p /opt/e python -m vllm.entrypoints.openai.api_server --model org/M',
  ],
  ['vllm', 'org/M', 'apptainer exec --nv vllm.sif vllm serve org/M'],
  ['vllm', 'org/M', 'opentelemetry-instrument --service_name s vllm serve org/M'],
  ['vllm', 'org/M', 'ddtrace-run vllm serve org/M'],
  [
    'vllm',
    'org/M',
    'vllm serve --enable-auto-tool-choice --tool-call-parser hermes --no-enable-prefix-caching org/M',
  ],
  ['vllm', 'org/M', 'vllm bench latency --model org/M'],
  ['vllm', 'org/M', 'VLLM::Worker_DP0_PP0_TP3_EP3', 'VLLM::EngineCore_DP0', 'vllm serve org/M -tp 4 -dp 2'],
  ['vllm', 'org/M', 'vllm serve /hub/models--org--M/snapshots/abc'],
  ['vllm', 'org/M', 'vllm serve org/M --served-model-name a b --cudagraph-capture-sizes 1 2 4'],
  ['vllm', 'org/M', 'vllm serve --lora-modules a=/l/a b=/l/b --enable-lora --model org/M --api-key *** ***'],
  ['vllm', 'org/M', 'vllm serve --grpc --kv-cache-metrics -dpe org/M'],
  ['vllm', undefined, 'vllm serve --config /etc/vllm.yaml'],
  ['vllm', 'org/M', 'numactl -N 1 -m 1 -- vllm serve org/M'],
  ['vllm', 'org/M', 'taskset -c 0-15 vllm serve org/M'],
  ['vllm', 'org/M', 'setpriv --reuid 1000 --clear-groups vllm serve org/M'],
  ['vllm', 'org/M', 's6-setuidgid app vllm serve org/M'],
  ['vllm', 'org/M', 'chroot --userspec=a /srv vllm serve org/M'],
  ['vllm', 'org/M', 'catatonit -- vllm serve org/M'],
  ['vllm', 'org/M', '/nix/store/a-python3/bin/python3.12 /nix/store/b/bin/.vllm-wrapped serve org/M'],
  ['vllm', 'org/M', 'VLLM::EngineCore', 'python3 -m dynamo.vllm --model org/M', '/bin/sh -c exec'],
  ['vllm', 'org/M', 'python3 -m fastchat.serve.vllm_worker --model-path org/M --model-names a'],
  ['vllm', undefined, 'python3 -m vllm_nvext.entrypoints.openai.api_server --max-model-len 16000'],
  ['sglang', 'org/M', 'python3 -m dynamo.sglang.worker --model-path org/M'],
  ['sglang', 'org/M', 'torchrun --nproc_per_node 8 -m sglang.launch_server --model-path org/M'],
  ['sglang', 'org/M', 'python3 -m sglang_router.launch_server --model-path org/M --dp-size 4'],
  ['llama.cpp', 'a.gguf', 'llama-server --n-gpu-layers 99 -ot exps=CPU -m /m/a-00001-of-00003.gguf'],
  ['llama.cpp', 'a.gguf', 'llama-server --port 5800 -m /m/a.gguf', 'llama-swap --config /etc/c.yaml'],
  ['llama.cpp', 'a.gguf', 'llama-server --alias a -m a.gguf', 'llama-server --models-dir /m'],
  ['llama.cpp', 'm.llamafile', '/bin/sh /home/a/m.llamafile --server'],
  ['llama.cpp', undefined, '/backends/llama-cpp-avx2 --addr 127.0.0.1:40123', 'local-ai run'],
  ['llama.cpp', 'a.gguf', 'gdb --args llama-server -m a.gguf'],
  ['llama.cpp', 'a.gguf', 'valgrind --tool=memcheck llama-server -m a.gguf'],
  ['llama.cpp', 'a.gguf', '/app/bin/com.docker.llama-server --model a.gguf --host runner.sock'],
  ['llama.cpp', 'm.llamafile', '/usr/bin/ape ./m.llamafile --server'],
  ['llama.cpp', undefined, '/app/rpc-server -H 0.0.0.0 -p 50052'],
  ['llama.cpp', undefined, './ggml-rpc-server -c'],
  ['ollama', undefined, '/nix/store/a-ollama/bin/.ollama-wrapped serve'],
  ['ollama', undefined, 'ollama runner --model /b/blobs/sha256-ab --port 4', 'ollama serve'],
  ['tgi', 'org/M', '/usr/src/.venv/bin/text-generation-server serve org/M --num-shard 2'],
  ['lmdeploy', 'org/M', 'lmdeploy serve api_server --tp 2 org/M'],
  ['tensorrt-llm', 'org/M', 'trtllm-llmapi-launch trtllm-serve --tp_size 4 org/M'],
  ['tensorrt-llm', 'org/M', 'trtllm-bench --model org/M throughput --dataset x'],
  ['tensorrt-llm', 'org/M', 'python3 -m dynamo.trtllm --model org/M'],
  ['tensorrt-llm', undefined, 'trtllm-serve disaggregated -c cfg.yaml'],
  ['exllama', undefined, '/opt/tabbyAPI/venv/bin/python3 main.py --host 0.0.0.0'],
  ['text-generation-webui', undefined, '/opt/textgen/installer_files/env/bin/python server.py --api'],
  ['text-generation-webui', undefined, 'python server.py --api', 'python one_click.py'],
  [
    'lmstudio',
    undefined,
    '/tmp/.mount_LM/lm-studio /tmp/.mount_LM/r/liblmstudioworker.js',
    '/tmp/.mount_LM/lm-studio',
  ],
  ['transformers', 'org/M', 'transformers serve org/M --port 8000 --continuous-batching'],
  ['transformers', 'org/M', 'accelerate launch -m transformers.cli.transformers chat org/M'],
  ['transformers', 'org/M', 'uv run transformers chat org/M'],
]

describe('behind wrappers and below proxies, engine and model are those of', () => {
  test.each(STARTS)('%s %s: %s', (engine, model, ...commands) => {
    const claim = claimFor(family(commands.join(' < ')))
    const name = claim === undefined ? undefined : engineOf(claim.engine).report(claim, new Map()).model.name
    expect([claim?.engine, name?.kind === 'known' ? name.value : undefined]).toEqual([engine, model])
  })

  test('a model of Xinference, which calls its process by its title', () => {
    const [model, ...above] = family('x < xinference-worker -e http://127.0.0.1:9997')
    const titled = model === undefined ? [] : [{ ...model, command: ['Model: qwen-0'] }, ...above]
    expect(claimFor(titled)?.engine).toBe('pytorch')
  })
})
