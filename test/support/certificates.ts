import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** A certificate and its key, in PEM, and the files that they stand in. */
export interface Certified {
  readonly certificate: string
  readonly key: string
  readonly certificateFile: string
  readonly keyFile: string
}

/** An authority made by openssl for this test alone. */
export interface Authority extends Certified {
  /** A certificate for `names` (`IP:127.0.0.1`), signed by it. */
  sign(names: string, days?: number): Certified
}

/** A certificate that vouches for itself. */
export function selfSigned(names: string): Certified {
  const files = newKey('self')
  openssl('req', '-x509', '-key', files.keyFile, '-out', files.certificateFile, ...subject('self', names))
  return read(files)
}

export function authority(): Authority {
  const files = newKey('authority')
  openssl('req', '-x509', '-key', files.keyFile, '-out', files.certificateFile, '-subj', '/CN=authority')
  return {
    ...read(files),
    sign(names, days = 2) {
      const signed = newKey('signed')
      const request = `${signed.keyFile}.csr`
      openssl('req', '-new', '-key', signed.keyFile, '-out', request, ...subject('signed', names))
      const by = ['-CA', files.certificateFile, '-CAkey', files.keyFile, '-CAcreateserial']
      const extensions = `${signed.keyFile}.ext`
      writeFileSync(extensions, `subjectAltName=${names}\n`)
      openssl(
        ...['x509', '-req', '-in', request, '-out', signed.certificateFile, ...by],
        ...['-days', String(days), '-extfile', extensions],
      )
      return read(signed)
    },
  }
}

type Files = Pick<Certified, 'certificateFile' | 'keyFile'>

function newKey(name: string): Files {
  const folder = temporaryFolder()
  const keyFile = join(folder, `${name}.key`)
  openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', keyFile)
  return { certificateFile: join(folder, `${name}.pem`), keyFile }
}

function subject(name: string, names: string): readonly string[] {
  return ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`]
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' })
}

function read(files: Files): Certified {
  return {
    ...files,
    certificate: readFileSync(files.certificateFile, 'utf8'),
    key: readFileSync(files.keyFile, 'utf8'),
  }
}
