import { execa } from 'execa'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../support/fake-engines.ts'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { startInPty } from '../support/pty.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// several starts of the program, and of processes that stand for engines
vi.setConfig({ testTimeout: 180_000 })

// no key has this shape: only where it stands makes it one
const SECRET = 'plainwordnobodymayread'
const secret = (at: string): string => `${SECRET}-${at}`
const PYTHON = '/opt/venv/bin/python3'

/** Every engine with all the places that it has for a secret: flags, variables, addresses. */
const ENGINES: readonly FakeEngine[] = [
  {
    program: 'vllm',
    script: 'serve',
    args: [
      ...['Qwen/Qwen3-8B', '--api-key', secret('vllm-1'), secret('vllm-2'), '--port', '1'],
      ...['--hf-token', secret('vllm-3'), '--ssl-keyfile-password', secret('vllm-4')],
      ...[
        '--otlp-traces-endpoint',
        `http://user:${secret('vllm-5')}@127.0.0.1/?token=${secret('vllm-6')}&x=1`,
      ],
    ],
    variables: { VLLM_API_KEY: secret('vllm-env'), HF_TOKEN: secret('hf-env') },
  },
  {
    program: 'sglang',
    script: 'serve',
    args: [
      '--model-path',
      'Qwen/Qwen3-8B',
      `--api-key=${secret('sglang-1')}`,
      '--admin-api-key',
      secret('sglang-2'),
    ],
  },
  {
    program: 'llama-server',
    script: 'm.gguf',
    args: ['-m', '/m.gguf', '--api-key', secret('llama-1'), '-hft', secret('llama-2'), '--port', '1'],
    variables: { LLAMA_API_KEY: secret('llama-env'), LLAMA_ARG_API_KEY: secret('llama-arg') },
  },
  {
    program: 'ollama',
    script: 'runner',
    args: ['--model', '/m.gguf', '--port', '1'],
    variables: {
      OLLAMA_API_KEY: secret('ollama-env'),
      OLLAMA_HOST: `http://u:${secret('ollama-url')}@127.0.0.1`,
    },
  },
  {
    program: 'text-generation-launcher',
    script: 'launcher',
    args: ['--model-id', 'Qwen/Qwen3-8B', '--api-key', secret('tgi-1'), '--ngrok-authtoken', secret('tgi-2')],
    variables: { HUGGING_FACE_HUB_TOKEN: secret('tgi-env') },
  },
  {
    program: PYTHON,
    script: 'trtllm-serve',
    args: ['Qwen/Qwen3-8B', '--disagg_cluster_uri', `http://u:${secret('trt')}@h/`],
  },
  {
    program: 'lmdeploy',
    script: 'chat',
    args: ['Qwen/Qwen3-8B', '--api-keys', secret('lmdeploy-1'), secret('lmdeploy-2')],
  },
  {
    program: PYTHON,
    script: 'tabbyAPI/main.py',
    args: ['--model-name', 'M'],
    variables: { TABBY_MODEL_MODEL_NAME: 'M', TABBY_MODEL_API_KEY: secret('tabby-env') },
  },
  {
    program: 'koboldcpp',
    script: 'k.gguf',
    args: [
      ...['--model', '/k.gguf', '--password', secret('kobold-1'), '--adminpassword', secret('kobold-2')],
      ...['--hordekey', secret('kobold-3')],
    ],
    variables: { KCPP_PASSWORD: secret('kobold-env') },
  },
  { program: 'lm-studio', script: 'studio', args: ['--api-token', secret('lmstudio')] },
  {
    program: PYTHON,
    script: 'text-generation-webui/server.py',
    args: [
      ...['--model', 'M', '--api-key', secret('webui-1'), '--admin-key', secret('webui-2')],
      ...['--gradio-auth', `me:${secret('webui-3')}`],
    ],
  },
  { program: 'transformers', script: 'chat', args: ['Qwen/Qwen3-8B', '--token', secret('transformers')] },
  {
    program: PYTHON,
    script: 'train.py',
    args: [`--hub_token=${secret('torch-1')}`, '--url', `https://h/?api_key=${secret('torch-2')}`],
  },
  {
    program: './job',
    script: 'job.txt',
    args: ['LITELLM_MASTER_KEY=' + secret('job-1'), `Authorization: Bearer ${secret('job-2')}`],
  },
]

test('a secret on a command line, in an environment or an address shows nowhere', async () => {
  const folder = temporaryFolder()
  const pids = await Promise.all(ENGINES.map((engine) => startFakeEngine(folder, engine)))
  const processes = ENGINES.map(({ program, args }, at) => ({
    pid: pids[at] ?? 0,
    name: [program, ...args].join(' '),
    usedMiB: 1000,
  }))
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 15_000, processes }] })] })

  const outputs: Readonly<Record<string, string>> = {
    ...(await told(folder)),
    ...(await recorded(folder)),
    metrics: await served(folder, pids[0] ?? 0),
    screen: await shown(folder),
  }
  for (const [name, text] of Object.entries(outputs)) {
    // it says something, and has looked at these processes
    expect([name, text.includes(`${pids[0] ?? ''}`)]).toEqual([name, true])
    expect([name, leaksIn(text)]).toEqual([name, []])
  }
})

function leaksIn(text: string): readonly string[] {
  return [...new Set(text.match(new RegExp(`${SECRET}[-\\w]*`, 'g')) ?? [])]
}

async function told(folder: string): Promise<Readonly<Record<string, string>>> {
  const commands = {
    once: ['once'],
    json: ['once', '--json'],
    doctor: ['doctor'],
    'doctor as JSON': ['doctor', '--json'],
  }
  const found: Record<string, string> = {}
  for (const [name, args] of Object.entries(commands)) {
    const { stdout, stderr } = await llmtop(args, { PATH: folder })
    found[name] = stdout + stderr
  }
  return found
}

/** The recording itself, and what a replay of it says. */
async function recorded(folder: string): Promise<Readonly<Record<string, string>>> {
  const path = join(folder, 'a.ndjson.gz')
  const running = execa(process.execPath, [PROGRAM, 'record', '-o', path, '--interval', '500ms'], {
    env: { PATH: folder, XDG_CONFIG_HOME: '/nonexistent' },
    reject: false,
    stdin: 'ignore',
    timeout: 6000,
    killSignal: 'SIGTERM',
  })
  const { stderr } = await running
  const { stdout } = await llmtop(['replay', path, '--json', '--speed', 'max'])
  return { recording: gunzipSync(readFileSync(path)).toString() + stderr, replay: stdout }
}

/** The page on which a process stands; engines of others on this machine may come before it. */
async function served(folder: string, pid: number): Promise<string> {
  const socket = join(folder, 'metrics.sock')
  const args = [
    'serve',
    '--listen',
    `unix:${socket}`,
    '--interval',
    '500ms',
    '--label-command',
    '--label-pid',
  ]
  const running = execa(process.execPath, [PROGRAM, ...args], {
    env: { PATH: folder, XDG_CONFIG_HOME: '/nonexistent' },
    reject: false,
    stdin: 'ignore',
  })
  onTestFinished(() => {
    running.kill('SIGKILL')
  })
  let page = ''
  await expect
    .poll(
      async () => {
        const { stdout } = await execa('curl', ['-s', '--unix-socket', socket, 'http://x/metrics'], {
          reject: false,
        })
        page = stdout
        return page
      },
      { timeout: 30_000 },
    )
    .toContain(`pid="${pid}"`)
  return page
}

/** The screen with its table, each detail and its long command lines. */
async function shown(folder: string): Promise<string> {
  const pty = startInPty([], { columns: 250, rows: 60, variables: { PATH: folder } })
  await expect.poll(() => pty.screen().join('\n'), { timeout: 30_000 }).toContain('Qwen3-8B')
  for (const key of ['\r', '\u001b', '2', '3', '4', '5', '1', 't', '>', '>', '?', '\u001b']) {
    pty.type(key)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  pty.type('q')
  await pty.exited
  return pty.written()
}
