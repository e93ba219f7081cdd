import { describe, expect, test } from 'vitest'
import { parseHttpAnswer } from '../../src/parse/http-answer.ts'
import { readLsListing } from '../../src/parse/ls-listing.ts'
import { readNodeSockets } from '../../src/parse/node-sockets.ts'

describe('a page that curl or wget has fetched', () => {
  test.each<[string, string, unknown]>([
    [
      'by curl',
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\r\na 1\nb 2\n\nrc 0',
      { kind: 'answer', status: 200, contentType: 'text/plain; version=0.0.4', body: 'a 1\nb 2\n' },
    ],
    [
      'with a body that looks like an end',
      'HTTP/1.0 503 Loading\nX: y\n\nrc 7\n\nrc 0',
      { kind: 'answer', status: 503, contentType: undefined, body: 'rc 7\n' },
    ],
    [
      'without headers',
      '{"a": 1}\nrc 0',
      { kind: 'answer', status: 200, contentType: undefined, body: '{"a": 1}' },
    ],
    ['by nobody', '\nrc 7', { kind: 'no-answer', exitCode: 7 }],
    ['in part', 'HTTP/1.1 200 OK\r\n\r\nabc\nrc 28', { kind: 'no-answer', exitCode: 28 }],
    ['by wget without a key', '\nrc 6', { kind: 'answer', status: 401, contentType: undefined, body: '' }],
    ['that was cut', 'HTTP/1.1 200 OK\r\n\r\nabc', { kind: 'cut' }],
  ])('%s is read', (_, text, answer) => {
    expect(parseHttpAnswer(text)).toEqual(answer)
  })
})

test('a listing of ls is names and targets', () => {
  const text = [
    'total 8',
    '-rw-r--r-- 1 0 0  12 Nov 21 14:05 b c.json',
    'lrwxrwxrwx 1 0 0   6 Nov 21 14:05 a -> ../blobs/x y',
    'drwxr-xr-x 2 0 0 512 Jan  1  2025 sub',
    'crw-rw-rw- 1 0 0 1, 3 Nov 21 14:05 null',
    'nonsense',
  ].join('\n')
  expect(readLsListing(text)).toBe('a\t../blobs/x y\nb c.json\t\nnull\t\nsub\t\n')
})

describe('the sockets of a process of a node', () => {
  const row = (address: string, port: string, inode: number): string =>
    `   0: ${address}:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`
  const rows = row('0100007F', '1F40', 11) + row('00000000', '1F41', 12) + row('00000000', '0016', 13)
  const link = (path: string, target: string): string =>
    `lrwx------ 1 0 0 64 Nov 21 14:05 ${path} -> ${target}\n`
  const spaces = link('/proc/7/ns/net', 'net:[4026531840]') + link('/proc/self/ns/net', 'net:[4026531840]')

  test('are its own, its children’s or others’', () => {
    const links = `children 8 \n${spaces}\n/proc/7/fd:\n${link('3', 'socket:[11]')}\n/proc/8/fd:\n${link('3', 'socket:[12]')}`
    expect(readNodeSockets(7, { links, rows, ownRows: '' })).toBe(
      'network same\n127.0.0.1 8000 own\n0.0.0.0 8001 child\n0.0.0.0 22 other\n',
    )
  })

  test('are nobody’s where the files of a child may not be listed', () => {
    const links = `children 8 \n${spaces}\n/proc/7/fd:\n${link('3', 'socket:[11]')}`
    expect(readNodeSockets(7, { links, rows, ownRows: '' })).toBe(
      'network same\n127.0.0.1 8000 own\n0.0.0.0 8001 unknown\n0.0.0.0 22 unknown\n',
    )
  })

  test('are of another network where the namespaces say so, or no row is seen from both sides', () => {
    const other = link('/proc/7/ns/net', 'net:[5]') + link('/proc/self/ns/net', 'net:[6]')
    const first = (links: string, ownRows: string): string =>
      readNodeSockets(7, { links, rows, ownRows }).split('\n')[0] ?? ''
    expect(first(`children none\n${other}`, rows)).toBe('network other')
    expect(first('children none\n', row('0100007F', '1F40', 99))).toBe('network other')
    expect(first('children none\n', row('00000000', '0016', 13))).toBe('network same')
  })
})
