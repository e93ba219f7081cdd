import { describe, expect, test } from 'vitest'
import { namesInFile, readHostNames } from '../../../src/cli/ssh/host-names.ts'

describe('names of hosts', () => {
  test.each<[string[], string[]]>([
    [['node7'], ['node7']],
    [
      ['root@node7', 'node7'],
      ['root@node7', 'node7'],
    ],
    [['node7', 'node7'], ['node7']],
    [['gpu[01-03]'], ['gpu01', 'gpu02', 'gpu03']],
    [['gpu[8-11]'], ['gpu8', 'gpu9', 'gpu10', 'gpu11']],
    [['r[1,3]n[1-2].lan'], ['r1n1.lan', 'r1n2.lan', 'r3n1.lan', 'r3n2.lan']],
    [
      ['gpu[01-02]', 'gpu02'],
      ['gpu01', 'gpu02'],
    ],
    [
      ['10.0.0.7', '::1', 'fe80::1%eth0'],
      ['10.0.0.7', '::1', 'fe80::1%eth0'],
    ],
  ])('%o are %o', (words, hosts) => {
    expect(readHostNames(words)).toEqual({ kind: 'hosts', hosts })
  })

  test.each([
    '-oProxyCommand=touch',
    'root@-oProxyCommand=x',
    '-l@node',
    'a b',
    'a;b',
    '$(a)',
    '`a`',
    'a\nb',
    "a'b",
    '',
    'gpu[3-1]',
    'gpu[a-b]',
    'gpu[1-2',
    'ssh://node7',
  ])('%j is none, and is not handed on', (word) => {
    expect(readHostNames([word])).toEqual({
      kind: 'problem',
      problem: `'${word}' is no name of a host; give names as in 'ssh NAME', ranges as in 'gpu[01-16]'`,
    })
  })

  test.each(['n[1-999999999]', 'n[0-99]m[0-99]', 'n[1-513]'])('%s are too many', (word) => {
    const names = readHostNames([word])
    expect(names.kind === 'problem' && names.problem).toContain('stands for more than 512 hosts')
  })

  test('in a file stand one or more a line, with comments', () => {
    const text = '\ufeff# the cluster\r\ngpu[01-02]  # first rack\n\n  node7 node8\nlast#no-comment'
    expect(namesInFile(text)).toEqual(['gpu[01-02]', 'node7', 'node8', 'last#no-comment'])
  })
})
