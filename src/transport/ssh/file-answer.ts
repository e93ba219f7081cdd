import { printable } from '../../core/text.ts'
import { readLsListing } from '../../parse/ls-listing.ts'
import { edited, modelHead, reducerFor } from '../edited.ts'
import { utf8 } from './answer-text.ts'
import { CHUNK_BYTES, FILE_ENDS } from './collector-file.ts'
import type { Fault } from '../../core/fault.ts'
import type { Part } from '../../model/sample.ts'
import type { Want } from '../../model/want.ts'
import type { Connection, Order } from './connection.ts'

type WantOf<Kind extends Want['kind']> = Extract<Want, { readonly kind: Kind }>
export type FileWant = WantOf<'file' | 'head' | 'listing'>

/** What a file order came to: its bytes, one character each, or why there are none. */
export type FileBytes = { readonly kind: 'bytes'; readonly bytes: string } | Fault

/** The answer to a want for a file of the node; undefined where the connection ended before. */
export async function fetchFile(ask: Connection['ask'], want: FileWant): Promise<Part | undefined> {
  if (!want.path.startsWith('/') || /[\n\0]/.test(want.path)) return failed(malformed(want))
  const path = 'viaPid' in want ? `/proc/${want.viaPid}/root${want.path}` : want.path
  switch (want.kind) {
    case 'file':
      return toText(await readWhole(ask, 'file', want.maxBytes, path), (part) =>
        edited(part, reducerFor(path) ?? want.reduce),
      )
    case 'listing':
      return toText(await readWhole(ask, 'list', want.maxBytes, path), (part) =>
        edited({ ...part, text: readLsListing(part.text) }, want.reduce),
      )
    case 'head':
      return reducerFor(path) === undefined
        ? fetchHead(ask, path, want.maxBytes)
        : failed({ kind: 'no-permission', what: `'${printable(path)}'` })
  }
}

async function readWhole(
  ask: Connection['ask'],
  how: 'file' | 'list',
  maxBytes: number,
  path: string,
): Promise<FileBytes | undefined> {
  const found = await readFile(ask, how, maxBytes + 1, path)
  return found?.kind === 'bytes' && found.bytes.length > maxBytes
    ? { kind: 'too-large', what: printable(path), maxBytes }
    : found
}

/** Piece by piece, each an order of its own, so that a large header holds up nothing else. */
async function fetchHead(ask: Connection['ask'], path: string, maxBytes: number): Promise<Part | undefined> {
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for (let piece = 0; piece * CHUNK_BYTES < maxBytes; piece++) {
    const found = await readFile(ask, 'head', piece, path)
    if (found === undefined) return undefined
    if (found.kind !== 'bytes') return failed(found)
    const end = found.bytes.indexOf('\n')
    sizeBytes = Number(found.bytes.slice(0, end))
    pieces.push(Buffer.from(found.bytes.slice(end + 1), 'latin1'))
    if ((piece + 1) * CHUNK_BYTES >= sizeBytes) break
  }
  return modelHead(path, Buffer.concat(pieces).subarray(0, maxBytes), sizeBytes)
}

/**
 * One file order; undefined where the connection ended before.
 * @param number the most bytes, of a head the number of the piece
 */
export async function readFile(
  ask: Connection['ask'],
  how: 'file' | 'ends' | 'head' | 'list',
  number: number,
  path: string,
): Promise<FileBytes | undefined> {
  const words = how === 'head' ? `${how} ${CHUNK_BYTES} ${number}` : `${how} ${number} 0`
  const order: Order = { name: 'file', words, paths: [Buffer.from(path).toString('latin1')] }
  const part = (await ask(order))?.get('file')
  if (part === undefined) return undefined
  return part.code === 0 ? { kind: 'bytes', bytes: part.body } : whyNot(path, part.code)
}

function whyNot(path: string, code: number): Fault {
  const what = `'${printable(path)}'`
  switch (code) {
    case FILE_ENDS.notFound:
      return { kind: 'not-found', what }
    case FILE_ENDS.notRegular:
      return { kind: 'not-found', what: `a regular file ${what}` }
    case FILE_ENDS.noPermission:
    case FILE_ENDS.refused:
      return { kind: 'no-permission', what }
    case FILE_ENDS.noModel:
      return {
        kind: 'malformed',
        part: `head/${printable(path)}`,
        where: 'its beginning',
        found: 'no model file',
      }
    default:
      return { kind: 'timed-out', what, afterMs: 2000 }
  }
}

function toText(
  found: FileBytes | undefined,
  edit: (part: Extract<Part, { readonly kind: 'text' }>) => Part,
): Part | undefined {
  if (found === undefined) return undefined
  return found.kind === 'bytes' ? edit({ kind: 'text', text: utf8(found.bytes) }) : failed(found)
}

function malformed(want: FileWant): Fault {
  const path = printable(want.path)
  return { kind: 'malformed', part: `${want.kind}/${path}`, where: 'its path', found: path }
}

function failed(fault: Fault): Part {
  return { kind: 'fault', fault }
}
