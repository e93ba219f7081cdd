import { expect, test } from 'vitest'
import { changedCommand } from '../../src/view/changed-command.ts'

const OWN = [
  '/opt/venv/bin/python3',
  '-m',
  'vllm.entrypoints',
  '--model',
  'a/long-name',
  '--max-num-seqs',
  '256',
]

test.each([
  [
    'one with room stands as it is',
    `${OWN.slice(0, -1).join(' ')} 64`,
    100,
    `${OWN.slice(0, -1).join(' ')} 64`,
  ],
  [
    'of a longer one the program and what is changed',
    `${OWN.slice(0, -1).join(' ')} 64`,
    60,
    '/opt/venv/bin/python3 … a/long-name --max-num-seqs 64',
  ],
  [
    'what is added at the end is seen',
    `${OWN.join(' ')} --kv-cache-dtype fp8`,
    60,
    '/opt/venv/bin/python3 … 256 --kv-cache-dtype fp8',
  ],
  [
    'what is changed at the beginning is in sight anyway',
    `A=1 ${OWN.join(' ')}`,
    40,
    'A=1 /opt/venv/bin/python3 -m vllm.entry…',
  ],
  [
    'in little room as much of it as there is',
    `${OWN.join(' ')} --kv-cache-dtype fp8`,
    36,
    '/opt/venv/bin/python3 … --kv-cache-…',
  ],
])('%s', (_, command, columns, shown) => {
  expect(changedCommand(command, OWN, columns)).toBe(shown)
})

test('a long path is cut, too', () => {
  const own = ['/home/somebody/with/a/long/path/to/python3', 'serve.py']
  expect(changedCommand(`${own.join(' ')} --quantization bnb-4bit`, own, 60)).toBe(
    '/home/somebody/with/a/l… serve.py --quantization bnb-4bit',
  )
})
