import { describe, expect, test } from 'vitest'
import { maskArguments, maskSecrets } from '../../src/parse/mask-secrets.ts'

const HF = `hf_${'aB3'.repeat(11)}`

describe('a command line keeps its words and loses its secrets', () => {
  test.each([
    [
      ['vllm', 'serve', 'm', '--api-key', 's3cret', '--port', '80'],
      ['vllm', 'serve', 'm', '--api-key', '***', '--port', '80'],
    ],
    [
      ['vllm', '--api-key', 'k1', 'k2', '-tp', '2'],
      ['vllm', '--api-key', '***', '***', '-tp', '2'],
    ],
    [
      ['lmdeploy', '--api-keys', 'k1', 'k2', '--tp', '2'],
      ['lmdeploy', '--api-keys', '***', '***', '--tp', '2'],
    ],
    [
      ['koboldcpp', '--adminpassword', 'a', '--hordekey', 'b', 'LITELLM_MASTER_KEY=c'],
      ['koboldcpp', '--adminpassword', '***', '--hordekey', '***', 'LITELLM_MASTER_KEY=***'],
    ],
    [
      ['vllm --api-key a b --port 1', 'http://h/?token=t&x=1', 'http://h/?max_tokens=5'],
      ['vllm --api-key *** *** --port 1', 'http://h/?token=***&x=1', 'http://h/?max_tokens=5'],
    ],
    [
      ['x', '--api-key=a b', 'c'],
      ['x', '--api-key=***', 'c'],
    ],
    [
      ['x', '--api_key', 'a', '--hf_token=b'],
      ['x', '--api_key', '***', '--hf_token=***'],
    ],
    [
      ['llama-server', '-hft', 'a', '-hf', 'user/model'],
      ['llama-server', '-hft', '***', '-hf', 'user/model'],
    ],
    [
      ['x', '--hf-token', '-abc', 'next'],
      ['x', '--hf-token', '***', 'next'],
    ],
    [
      ['x', '--admin-api-key', 'a', '--ssl-keyfile-password', 'b'],
      ['x', '--admin-api-key', '***', '--ssl-keyfile-password', '***'],
    ],
    [
      ['python', 'server.py', '--gradio-auth', 'me:pw', '--admin-key', 'a', '--api'],
      ['python', 'server.py', '--gradio-auth', '***', '--admin-key', '***', '--api'],
    ],
    [
      ['jupyter-lab', '--ServerApp.token=a', '--IdentityProvider.token', 'b', '--ServerApp.password=c'],
      ['jupyter-lab', '--ServerApp.token=***', '--IdentityProvider.token', '***', '--ServerApp.password=***'],
    ],
    [
      ['text-generation-launcher', '--ngrok-authtoken', 'a', 'NGROK_AUTHTOKEN=b', '--max-total-tokens', '8'],
      [
        'text-generation-launcher',
        '--ngrok-authtoken',
        '***',
        'NGROK_AUTHTOKEN=***',
        '--max-total-tokens',
        '8',
      ],
    ],
    [
      ['env', 'GITHUB_TOKEN=a b', 'WANDB_API_KEY=c', 'PGPASSWORD=d', 'DB_PASSWORD=e', 'x'],
      ['env', 'GITHUB_TOKEN=***', 'WANDB_API_KEY=***', 'PGPASSWORD=***', 'DB_PASSWORD=***', 'x'],
    ],
    [
      ['docker', 'run', '-e', 'OPENAI_API_KEY=a', '--env=MY_SECRET=b'],
      ['docker', 'run', '-e', 'OPENAI_API_KEY=***', '--env=MY_SECRET=***'],
    ],
    [
      ['curl', '-H', 'Authorization: Bearer abc.def', 'http://me:pw@host:80/p'],
      ['curl', '-H', 'Authorization: Bearer ***', 'http://me:***@host:80/p'],
    ],
    [
      ['sh', '-c', 'vllm serve m --api-key s3cret --port 80'],
      ['sh', '-c', 'vllm serve m --api-key *** --port 80'],
    ],
    [
      ['python', 'x.py', HF, 'sk-proj-0123456789abcdef'],
      ['python', 'x.py', '***', '***'],
    ],
    [
      ['x', '--api-key', ''],
      ['x', '--api-key', ''],
    ],
    [
      ['x', '--api-key'],
      ['x', '--api-key'],
    ],
  ])('%j', (argv, masked) => {
    expect(maskArguments(argv)).toEqual(masked)
    expect(maskArguments(masked)).toEqual(masked)
    expect(maskSecrets(`${argv.join('\0')}\0`)).toBe(`${masked.join('\0')}\0`)
  })

  test('and what only looks like a secret stays', () => {
    const argv = [
      ...[
        'vllm',
        'serve',
        'hf_transfer/model',
        '--max-num-batched-tokens',
        '8192',
        '--hf_overrides',
        '{"a":1}',
      ],
      ...['--api-key-file', '/etc/keys', '--tokenizer', 'x', '--hf-config-path', 'p', 'http://host:8000/v1'],
      ...[
        'TOKENIZERS_PARALLELISM=false',
        'PYTORCH_ALLOC_CONF=expandable_segments:True',
        '/models/sk-learn/v10',
        'sk-learn',
      ],
    ]
    expect(maskArguments(argv)).toEqual(argv)
    expect(maskSecrets(argv.join(' '))).toBe(argv.join(' '))
  })
})

describe('a text keeps its form and loses its secrets', () => {
  test.each([
    ['a title', 'vllm serve m --api-key s3cret --port 80', 'vllm serve m --api-key *** --port 80'],
    ['a quoted value', 'x --api-key "a b" --hf-token \'c d\' y', 'x --api-key "***" --hf-token \'***\' y'],
    ['a quote without end', 'x --api-key "a', 'x --api-key "***'],
    ['a flag without a value', 'x --api-key --port 80', 'x --api-key --port 80'],
    [
      'JSON',
      '{"api_key":"a\\"b","port":80,"admin_api_key": null}',
      '{"api_key":"***","port":80,"admin_api_key": null}',
    ],
    ['arguments in JSON', '["--api-key", "a", "-c"]', '["--api-key", "***", "-c"]'],
    ['a command in JSON', '{"cmd":"x --api-key \\"a b\\" -c"}', '{"cmd":"x --api-key \\"***\\" -c"}'],
    [
      'a list',
      "{'model': 'm', 'api_key': ['a', 'b'], 'hf_token': None}",
      "{'model': 'm', 'api_key': ['***'], 'hf_token': None}",
    ],
    ['a query', 'GET /v1?api_key=abc&n=1', 'GET /v1?api_key=***&n=1'],
    ['a header', 'X-Api-Key: abc\r\nHost: h', 'X-Api-Key: ***\r\nHost: h'],
    ['YAML', 'api-key: abc\nmodel: m', 'api-key: ***\nmodel: m'],
    ['exports', 'export HF_TOKEN="a b" MY_PASSWORD=x;', 'export HF_TOKEN="***" MY_PASSWORD=***'],
    ['an address without a user', 'redis://:pw@host/0', 'redis://:***@host/0'],
    ['a password with an at sign', 'http://me:p@w@host/', 'http://me:***@host/'],
    ['a token on its own', `Login with ${HF} now`, 'Login with *** now'],
    ['basic authorization', 'Authorization: Basic bWU6cHc=', 'Authorization: Basic ***'],
  ])('%s', (_, text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
    expect(maskSecrets(masked)).toBe(masked)
  })

  test('and an engine log stays as it is', () => {
    const log = [
      'llama_context: n_ctx = 4096, print_info: EOS token = 2, eos_token_id: 2',
      '#new-token: 512, #cached-token: 0, token usage: 0.02',
      'INFO 11-21 Available KV cache memory: 12.3 GiB; bytes_per_token=131072',
    ].join('\n')
    expect(maskSecrets(log)).toBe(log)
  })
})

test('hostile text takes no time to speak of', () => {
  for (const piece of [
    '--api-key',
    'a-',
    'http://',
    '"',
    '[',
    'hf_a',
    'A_',
    ' ',
    '\\"',
    'Bearer ',
    'api_key: [',
    'x:y@',
  ]) {
    const text = piece.repeat(100_000 / piece.length)
    expect(maskSecrets(maskSecrets(text))).toBe(maskSecrets(text))
  }
})
