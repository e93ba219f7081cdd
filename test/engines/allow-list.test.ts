import { expect, test } from 'vitest'
import { pageWant, type ReportingPage } from '../../src/engines/allow-list.ts'
import { ENGINES } from '../../src/engines/index.ts'
import { answering } from '../support/engine-answers.ts'
import { hostProcess } from '../support/host-process.ts'

const ALLOWED: readonly ReportingPage[] = [
  '/api/ps',
  '/metrics',
  '/props',
  '/server_info',
  '/slots',
  '/v1/models',
  '/version',
]

const COMMANDS = [
  'vllm serve M',
  'python -m sglang.launch_server --model M --enable-metrics',
  'llama-server -m /m/a.gguf',
  `llama-server --model /x/blobs/sha256-${'0'.repeat(64)} --port 8080`,
  'text-generation-launcher --model-id M',
  'lmdeploy serve api_server M',
  'trtllm-serve M',
  'python koboldcpp.py --model a.gguf',
  'python train.py',
]

test('engines are asked for pages that only report, on this machine, at most once in two seconds', () => {
  const awake = answering({
    'http/127.0.0.1:8080/props': '{"default_generation_settings":{"n_ctx":1}}',
    'http/127.0.0.1:11434/api/ps': '{"models":[{"name":"a","size":1}]}',
  })
  const wants = COMMANDS.flatMap((command) => {
    const process = hostProcess({ command: command.split(' ') })
    const claims = ENGINES.flatMap((engine) => engine.claim([process]) ?? [])
    return claims.flatMap((claim) =>
      ENGINES.flatMap((engine) => (engine.id === claim.engine ? engine.wants(claim, awake) : [])),
    )
  })
  const asked = wants.flatMap((want) => (want.kind === 'http' ? [want] : []))
  expect(new Set(asked.map(({ path }) => path))).toEqual(
    new Set(['/api/ps', '/metrics', '/props', '/server_info', '/slots', '/v1/models', '/version']),
  )
  for (const { host, path, every, reduce } of asked) {
    expect(host).toBe('127.0.0.1')
    expect(ALLOWED).toContain(path)
    expect(every === 'once' || (typeof every === 'number' && every >= 2000)).toBe(true)
    // what is not read never enters a recording
    expect(['engine-metrics', 'engine-page']).toContain(reduce)
  }
})

test.each(ALLOWED)('%s has a limit of size', (path) => {
  expect(pageWant({ host: '127.0.0.1', port: 1 }, path).maxBytes).toBeLessThanOrEqual(4 * 1024 ** 2)
})
