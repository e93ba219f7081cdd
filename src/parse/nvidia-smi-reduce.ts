import { cutElement } from './cut-element.ts'
import { maskSecrets } from './mask-secrets.ts'

/**
 * A document of `nvidia-smi -q -x` as it is kept and travels: without its clock tables (48–85 % of it) and with secrets
 * in the names of processes masked, since a name may be a whole command line. Everything else stays as it was.
 */
export function reduceNvidiaSmi(text: string): string {
  return cutElement(text, 'supported_clocks').replace(
    /<process_name>([^<]*)<\/process_name>/g,
    (element, name: string) => {
      const plain = decodeEntities(name)
      const masked = maskSecrets(plain)
      return masked === plain ? element : `<process_name>${encodeEntities(masked)}</process_name>`
    },
  )
}

/** The pids in a document of `nvidia-smi -q -x`, each once; those that accounting remembers have ended and are none of them. */
export function nvidiaSmiPids(text: string): readonly number[] {
  const living = cutElement(text, 'accounted_processes')
  return [
    ...new Set(
      Array.from(living.matchAll(/<pid>\s{0,64}(\d{1,10})\s{0,64}<\/pid>/g), ([, pid]) => Number(pid)),
    ),
  ]
}

// the five named entities and &#9; &#10; &#13; are all that nvidia-smi writes
const DECODED: readonly (readonly [string, string])[] = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&#9;', '\t'],
  ['&#10;', '\n'],
  ['&#13;', '\r'],
  ['&amp;', '&'],
]

function decodeEntities(text: string): string {
  return DECODED.reduce((decoded, [entity, character]) => decoded.replaceAll(entity, character), text)
}

function encodeEntities(text: string): string {
  return DECODED.reduceRight((encoded, [entity, character]) => encoded.replaceAll(character, entity), text)
}
