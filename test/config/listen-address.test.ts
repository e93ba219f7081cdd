import { expect, test } from 'vitest'
import { describeListenAddress, isLocal, readListenAddress } from '../../src/config/listen-address.ts'

test.each([
  ['127.0.0.1:9749', { kind: 'tcp', host: '127.0.0.1', port: 9749 }, true, '127.0.0.1:9749'],
  ['localhost:9749', { kind: 'tcp', host: 'localhost', port: 9749 }, true, 'localhost:9749'],
  ['[::1]:9749', { kind: 'tcp', host: '::1', port: 9749 }, true, '[::1]:9749'],
  ['9750', { kind: 'tcp', host: '127.0.0.1', port: 9750 }, true, '127.0.0.1:9750'],
  [':9749', { kind: 'tcp', host: '::', port: 9749 }, false, '[::]:9749'],
  ['0.0.0.0:9749', { kind: 'tcp', host: '0.0.0.0', port: 9749 }, false, '0.0.0.0:9749'],
  ['gpu-01.example:80', { kind: 'tcp', host: 'gpu-01.example', port: 80 }, false, 'gpu-01.example:80'],
  ['unix:/run/llmtop.sock', { kind: 'unix', path: '/run/llmtop.sock' }, true, 'unix:/run/llmtop.sock'],
] as const)('%s is a place to listen', (text, address, local, description) => {
  const read = readListenAddress(text)
  expect(read).toEqual(address)
  if (read === undefined) return
  expect([isLocal(read), describeListenAddress(read)]).toEqual([local, description])
})

// a name that only looks like the loopback is none
test('127.0.0.1.example.com is another machine', () => {
  expect(isLocal({ kind: 'tcp', host: '127.0.0.1.example.com', port: 1 })).toBe(false)
})

test.each(['', 'x', '127.0.0.1', '127.0.0.1:99999', 'unix:relative.sock', '::1:80', 'http://x:80'])(
  '%j is none',
  (text) => {
    expect(readListenAddress(text)).toBeUndefined()
  },
)
