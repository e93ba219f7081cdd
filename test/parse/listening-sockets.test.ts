import { describe, expect, test } from 'vitest'
import {
  formatListeningSockets,
  parseListeningRows,
  parseListeningSockets,
} from '../../src/parse/listening-sockets.ts'

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

function row(local: string, state: string, inode: number): string {
  const remote = local.replace(/[0-9A-F]/g, '0')
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 00000000b97c9e9a 100 0 0 10 0\n`
}

describe('/proc/PID/net/tcp and tcp6', () => {
  test.each([
    ['0100007F:1F90', '127.0.0.1', 8080],
    ['00000000:07E8', '0.0.0.0', 2024],
    ['030011AC:0050', '172.17.0.3', 80],
    ['00000000000000000000000000000000:2CAA', '::', 11_434],
    ['00000000000000000000000001000000:1F40', '::1', 8000],
    ['0000000000000000FFFF00000100007F:1F40', '127.0.0.1', 8000],
    ['B80D0120000000000000000001000000:1F40', '2001:db8::1', 8000],
    ['B80D0120000001000000000001000000:1F40', '2001:db8:1::1', 8000],
    ['B80D0120010002000300040005000600:1F40', '2001:db8:2:1:4:3:6:5', 8000],
  ])('%s is %s port %i', (local, address, port) => {
    expect(parseListeningRows(HEADER + row(local, '0A', 77))).toEqual([{ address, port, inode: '77' }])
  })

  test('only who listens counts, not who is connected', () => {
    const text =
      HEADER + row('0100007F:1F90', '0A', 1) + row('0100007F:1F91', '01', 2) + row('0100007F:1F92', '06', 3)
    expect(parseListeningRows(text).map(({ port }) => port)).toEqual([8080])
  })

  test.each([
    '',
    HEADER,
    'no such file',
    row('0100007F:1F90', '0A', 1).slice(0, 60),
    row('01007F:1F90', '0A', 1),
  ])('what is no row is passed over: %j', (text) => {
    expect(parseListeningRows(text)).toEqual([])
  })
})

describe('the part of listening sockets', () => {
  test('comes back as it was written, without doubles', () => {
    const sockets = {
      network: 'other',
      listeners: [
        { address: '0.0.0.0', port: 8000, owner: 'own' },
        { address: '::1', port: 9000, owner: 'child' },
        { address: '127.0.0.1', port: 22, owner: 'other' },
        { address: '127.0.0.1', port: 23, owner: 'unknown' },
      ],
    } as const
    const text = formatListeningSockets({
      ...sockets,
      listeners: [...sockets.listeners, { address: '0.0.0.0', port: 8000, owner: 'own' }],
    })
    expect(text).toBe(
      'network other\n0.0.0.0 8000 own\n::1 9000 child\n127.0.0.1 22 other\n127.0.0.1 23 unknown\n',
    )
    expect(parseListeningSockets(text)).toEqual(sockets)
  })

  test('passes over lines that are none', () => {
    expect(parseListeningSockets('network same\nhost 80 own\n1.2.3.4 80 mine\n1.2.3.4 999999 own\n')).toEqual(
      {
        network: 'same',
        listeners: [],
      },
    )
    expect(parseListeningSockets('')).toEqual({ network: 'same', listeners: [] })
  })
})
