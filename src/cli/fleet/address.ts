import { createSecureContext } from 'node:tls'
import { stated } from '../../core/stated.ts'
import { printable } from '../../core/text.ts'
import type { PrometheusAddress } from '../../transport/prometheus-api.ts'
import { readOptionFiles } from '../option-files.ts'
import type { FleetOptions } from './options.ts'

/** The address with its secrets, or one sentence on a file that can't be used. */
export async function addressOf(options: FleetOptions): Promise<PrometheusAddress | string> {
  const { prometheus: url, tokenFile, headerFile, caFile, certFile, keyFile } = options
  if ((certFile === undefined) !== (keyFile === undefined))
    return '--cert-file and --key-file belong together'
  const texts = await readOptionFiles({
    '--token-file': tokenFile,
    '--header-file': headerFile,
    '--ca-file': caFile,
    '--cert-file': certFile,
    '--key-file': keyFile,
  })
  if (typeof texts === 'string') return texts
  const headers = headersIn(texts['--header-file'] ?? '')
  if (typeof headers === 'string') return headers
  const token = texts['--token-file']
  const tls = stated({ ca: texts['--ca-file'], certificate: texts['--cert-file'], key: texts['--key-file'] })
  const wrong = problemWith(tls)
  if (wrong !== undefined) return wrong
  return {
    url,
    tls,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  }
}

/** Found before the first question, and not said again with each of them. */
function problemWith({ ca, certificate, key }: PrometheusAddress['tls']): string | undefined {
  try {
    createSecureContext({ ca, cert: certificate, key })
    return undefined
  } catch (error) {
    const because = printable(error instanceof Error ? error.message : String(error))
    return `--ca-file, --cert-file and --key-file are to be certificates and a key in PEM: ${because}`
  }
}

/** `Name: value` a line; the line itself may be a secret, and is not repeated. */
function headersIn(text: string): Readonly<Record<string, string>> | string {
  const headers: Record<string, string> = {}
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, name, value] = /^\s*([\w-]+)\s*:\s*([\t\x20-\x7e\x80-\xff]*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined)
      return `line ${at + 1} of the file of --header-file is no header; give one a line, as in 'X-Scope-OrgID: team'`
    headers[name.toLowerCase()] = value
  }
  return headers
}
