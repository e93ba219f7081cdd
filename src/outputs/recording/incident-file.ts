import type { RawSample } from '../../model/sample.ts'
import { headerLine } from './encode.ts'
import { stamped } from './file-names.ts'
import { fileSink } from './file-sink.ts'
import { gzipMember } from './gzip-member.ts'
import type { IncidentOptions } from './incident-options.ts'
import type { RingMember } from './ring-member.ts'
import { deleteStamped } from './rotation.ts'

/** The file of one incident, or of several that followed each other closely. Nothing of it waits for the disk, or throws. */
export interface IncidentFile {
  readonly file: string
  sizeBytes(): number
  /** Opens it, and writes what it has not: the members that began after `afterMs`; all of them where it is new. */
  begin(members: readonly RingMember[], afterMs: number): void
  append(bytes: Buffer): void
  end(closing: Buffer): void
  /** True when it was open and can no longer be written. */
  hasFailed(): boolean
  trouble(): string | undefined
  settled(): Promise<void>
}

export function incidentFile(options: IncidentOptions, sample: RawSample): IncidentFile {
  const { tool, anonymizer, keep } = options
  const { host, takenAtEpochMs, intervalMs } = sample
  const file = stamped(options.file, takenAtEpochMs)
  const sink = fileSink(file, true)
  let order = deleteStamped(options.file, keep, takenAtEpochMs).catch(() => undefined)
  let isOpen = false

  function inOrder(task: () => void | Promise<void>): void {
    order = order.then(task)
  }

  function header(firstEpochMs: number): Buffer {
    const facts = { host, startedAtEpochMs: firstEpochMs, intervalMs, tool }
    const line = headerLine({ ...facts, anonymized: anonymizer !== undefined }, true)
    return wholeMember(line)
  }

  return {
    file,
    sizeBytes: () => sink.sizeBytes(),
    begin(members, afterMs) {
      // as they are now: the last one will go on
      const all = members.map((member) => ({ member, bytes: member.bytes() }))
      inOrder(async () => {
        await sink.open()
        isOpen = true
        const isNew = sink.needsHeader()
        if (isNew) sink.appendHeader(header(members[0]?.firstEpochMs ?? takenAtEpochMs))
        const missing = isNew ? all : all.filter(({ member }) => member.firstElapsedMs > afterMs)
        for (const [at, { member, bytes }] of missing.entries()) {
          const isAlone = isNew && at === 0 && member.needsFilling()
          sink.append(isAlone ? wholeMember(member.text()) : bytes)
        }
      })
    },
    append(bytes) {
      inOrder(() => {
        sink.append(bytes)
      })
    },
    end(closing) {
      inOrder(async () => {
        isOpen = false
        sink.append(closing)
        await sink.close()
      })
    },
    hasFailed: () => isOpen && sink.isShut(),
    trouble: () => sink.trouble(),
    async settled() {
      await order
      await sink.settled()
    },
  }
}

function wholeMember(text: string): Buffer {
  const member = gzipMember()
  return Buffer.concat([member.add(text), member.end()])
}
