import { expect, test } from 'vitest'
import { keysHere, readApiKeys } from '../../src/config/api-keys.ts'

test.each([
  ['', []],
  ['127.0.0.1:8000=abc', [['127.0.0.1 8000', 'abc']]],
  ['localhost:08000=a=b', [['127.0.0.1 8000', 'a=b']]],
  [
    ' 127.0.0.1:1=a\t[::1]:2=b\n',
    [
      ['127.0.0.1 1', 'a'],
      ['::1 2', 'b'],
    ],
  ],
  ['ada@node7/127.0.0.1:8000=a/b:1=c', [['ada@node7/127.0.0.1 8000', 'a/b:1=c']]],
  ['172.17.0.2:8000=abc', [['172.17.0.2 8000', 'abc']]],
])('%j gives each key to one address', (text, keys) => {
  expect(readApiKeys(text)).toEqual(new Map(keys as [string, string][]))
})

test('a key for another host is not for this machine', () => {
  const keys = readApiKeys('node7/127.0.0.1:8000=a 127.0.0.1:8000=b')
  expect(keysHere(keys ?? new Map())).toEqual(new Map([['127.0.0.1 8000', 'b']]))
})

test.each([
  'abc',
  'sk-0123456789',
  '8000=abc',
  '127.0.0.1:8000=',
  '127.0.0.1=abc',
  'gpu.example.org:8000=abc',
  'http://127.0.0.1:8000=abc',
  '127.0.0.1:0=abc',
  '127.0.0.1:70000=abc',
  '127.0.0.1:8000=abc def',
])('%j does not say where a key may be sent', (text) => {
  expect(readApiKeys(text)).toBeUndefined()
})
