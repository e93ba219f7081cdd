import { lastLine } from '../core/text.ts'

/**
 * Why no answer came, to complete «the Prometheus at URL …», with what to try.
 * @param showsCertificate whether a certificate of the caller was given
 */
export function troubleWords(error: unknown, showsCertificate: boolean): string {
  if (!(error instanceof Error)) return 'failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    alertWords(error.message, showsCertificate) ??
    (code === 'ECONNRESET' && showsCertificate ? RESET_WITH_CERTIFICATE : WORDS[code]) ??
    `can't be asked: ${lastLine(error.message, 80)}`
  )
}

const RESET_WITH_CERTIFICATE =
  'closed the connection: does it accept the certificate of --cert-file, and does it speak HTTPS?'

/**
 * What a server says before it hangs up on TLS (RFC 8446 §6.2), in OpenSSL's words; one of TLS 1.2 that misses a
 * certificate speaks of a failed handshake only.
 */
function alertWords(message: string, showsCertificate: boolean): string | undefined {
  const [, alert] = /:(?:sslv3|tlsv1|tlsv13) alert ([a-z ]+):/.exec(message) ?? []
  if (alert === undefined) return undefined
  if (alert === 'certificate required' || (alert === 'handshake failure' && !showsCertificate))
    return 'wants a certificate of its caller: give it with --cert-file and --key-file'
  if (showsCertificate && /certificate|unknown ca|access denied|decrypt error/.test(alert))
    return `does not accept the certificate of --cert-file: '${alert}'`
  return `refuses the TLS connection: '${alert}'`
}

const UNKNOWN_AUTHORITY = 'has a certificate of an authority that is not known: give it with --ca-file'

const WORDS: Readonly<Partial<Record<string, string>>> = {
  ECONNREFUSED: 'refuses connections: is it running there?',
  ENOTFOUND: 'has a name that nobody knows: is it spelt right?',
  EAI_AGAIN: "has a name that can't be looked up now: does the name server answer?",
  EHOSTUNREACH: "can't be reached: is there a way to its network from here?",
  ENETUNREACH: "can't be reached: is there a way to its network from here?",
  ETIMEDOUT: 'does not answer at all: is it behind a firewall?',
  ECONNRESET: 'closed the connection: does it speak HTTP, or HTTPS?',
  EPROTO: 'does not speak TLS: is it http:// instead of https://?',
  HPE_INVALID_CONSTANT: 'does not speak HTTP: is it https:// instead of http://, or another port?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate of its own making: give it with --ca-file',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not yet valid: is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
}
