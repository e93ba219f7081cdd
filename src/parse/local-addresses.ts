/**
 * The addresses of a network namespace, one a line, from /proc/PID/net/fib_trie: that of the host for most processes, a
 * container's own behind a bridge. An output of this function comes out as it went in.
 */
export function reduceLocalAddresses(text: string): string {
  const found = text.includes('|--')
    ? Array.from(text.matchAll(/\|-- ([\d.]{7,15})\s*\n\s*\/32 host LOCAL/g), ([, address = '']) => address)
    : text.split('\n').filter((line) => IPV4.test(line))
  return [...new Set(found)].map((address) => `${address}\n`).join('')
}

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/
