import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Part, RawSample } from '../../src/model/sample.ts'
import { sampleStream } from '../../src/outputs/recording/sample-stream.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, running } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

// Writes the recordings and logs below fixtures/replay: `npx tsx test/tools/record-fixtures.ts`. What they are to show
// stands beside them as expected.ndjson, which `UPDATE_GOLDEN=1 npx vitest run test/golden` writes.

const SLOW = { intervalMs: 10_000, durationMs: 600_000 }

save('growing-to-oom/recording.ndjson.gz', gzipSync(growingToOom(), { level: 9 }))
save(
  'flat-pool/recording.ndjson.gz',
  gzipSync(recordingLines(simulate({ ...FLAT_POOL_AND_DESKTOP, ...SLOW })), { level: 9 }),
)
save('nvidia-smi-dies/recording.ndjson', recordingLines(nvidiaSmiDies()))
save('without-nvidia-smi/recording.ndjson', recordingLines(withoutNvidiaSmi()))
save('hidden-pids/recording.ndjson', recordingLines(hiddenPids()))
save('two-runs-torn/recording.ndjson', twoRunsTorn())
save('powershell-log/log.xml', powershellLog())
save('csv-log/log.csv', csvLog())
save('shell-loop-log/log.txt', shellLoopLog())
save('compact/recording.ndjson.gz', Buffer.concat(compactMembersOf(growingFast())))
save('compact-damaged/recording.ndjson.gz', Buffer.concat(damaged(compactMembersOf(growingFast()))))

/** A card that fills at 4 GiB a minute; the process is gone when it asks for more than there is. */
function growingToOom(): string {
  const oomSeconds = 740
  const server = growing(4096)
  const process = { ...server, gpuMiBAt: (s: number) => (s < oomSeconds ? server.gpuMiBAt(s) : undefined) }
  const samples = simulate(machine({ ...SLOW, durationMs: 800_000, processes: [process] }))
  const outcome = { elapsedMs: oomSeconds * 1000, kind: 'cuda-oom', workload: 'transformers:9120', pid: 9120 }
  return recordingLines(samples, [outcome])
}

/** It answers, gives no newer answer, answers nothing, dies twice with different words, prints half a document, and is back. */
function nvidiaSmiDies(): readonly RawSample[] {
  const died = (exitCode: number, lastLine: string): Part => ({
    kind: 'fault',
    fault: { kind: 'command-failed', command: 'nvidia-smi', exitCode, lastLine },
  })
  const answers: readonly ((part: Part) => Part | undefined)[] = [
    (part) => part,
    () => ({ kind: 'same' }),
    () => undefined,
    () => died(9, 'Failed to initialize NVML: Unknown Error'),
    () => died(255, 'Unable to determine the device handle'),
    (part) =>
      part.kind === 'text'
        ? { ...part, text: part.text.slice(0, part.text.lastIndexOf('<processes>')) }
        : part,
    (part) => part,
  ]
  return few(7).map((sample, at) => withPart(sample, 'nvidia-smi', answers[at] ?? ((part) => part)))
}

/** A RAM node: llama-server on the CPU, no driver at all. */
function withoutNvidiaSmi(): readonly RawSample[] {
  const server = running(777, 'llama-server -m /models/qwen2.5-7b-q4_k_m.gguf -c 8192', () => ({}), {
    residentMiB: 5400,
  })
  const absent: Part = { kind: 'fault', fault: { kind: 'command-not-found', command: 'nvidia-smi' } }
  return simulate(machine({ durationMs: 4000, gpus: [], processes: [server] })).map((sample) =>
    withPart(sample, 'nvidia-smi', () => absent),
  )
}

/** A container of its own PID namespace: the card is full, and nobody is to be seen. */
function hiddenPids(): readonly RawSample[] {
  const full = nvidiaSmiXml({ gpus: [{ usedMiB: 60_000 }] })
  return simulate(machine({ durationMs: 4000 })).map((sample) =>
    withPart(
      withPart(sample, 'processes', () => ({
        kind: 'text',
        text: '1 0 0 7 4096 bash\n31 1 0 90 51200 node\n',
      })),
      'nvidia-smi',
      () => ({ kind: 'text', text: full }),
    ),
  )
}

/** A run with a hole of a minute in it, then another run an hour later, whose last line a crash has cut. */
function twoRunsTorn(): string {
  const holed = few(4).map((sample) => (sample.sequence < 2 ? sample : shifted(sample, 60_000)))
  const later = few(2).map((sample) => ({ ...sample, takenAtEpochMs: sample.takenAtEpochMs + 3_600_000 }))
  const text = recordingLines(holed) + recordingLines(later)
  return text.slice(0, -200)
}

/** `nvidia-smi -q -x -l 5 > log.xml` in PowerShell: UTF-16 with a mark, line ends of Windows, a driver that tells no memory per process. */
function powershellLog(): Buffer {
  const document = (seconds: number): string =>
    nvidiaSmiXml({
      timestamp: `Sat Nov 21 09:30:${seconds.toString().padStart(2, '0')} 2026`,
      driverVersion: '591.86',
      gpus: [
        {
          name: 'NVIDIA GeForce RTX 4090',
          totalMiB: 24_564,
          reservedMiB: 340,
          usedMiB: 9000 + seconds,
          processes: [
            { pid: 4312, name: 'C:\\Windows\\explorer.exe', type: 'C+G' },
            { pid: 9988, name: 'C:\\llama.cpp\\llama-server.exe' },
          ],
        },
      ],
    }).replace('<current_dm>N/A', '<current_dm>WDDM')
  const text = [0, 5, 10].map(document).join('').replaceAll('\n', '\r\n')
  return Buffer.from(`\ufeff${text}`, 'utf16le')
}

/** `nvidia-smi --query-gpu=… --format=csv -l 5`, started twice: an order of columns of one's own, a value that the card does not know. */
function csvLog(): string {
  const header =
    'timestamp, uuid, memory.used [MiB], memory.total [MiB], fan.speed [%], index, utilization.gpu [%]'
  const row = (second: number, gpu: number): string => {
    const time = `2026/11/21 02:10:${second.toString().padStart(2, '0')}.${gpu}40`
    const fan = gpu === 0 ? '34 %' : '[N/A]'
    return `${time}, GPU-c5c5c5c5-0000-0000-0000-00000000000${gpu}, ${9000 + 300 * second + gpu} MiB, 81559 MiB, ${fan}, ${gpu}, ${80 + gpu} %`
  }
  const rows = (seconds: readonly number[]): readonly string[] =>
    seconds.flatMap((second) => [row(second, 0), row(second, 1)])
  return [header, ...rows([0, 5, 10]), header, ...rows([50, 55]), ''].join('\n')
}

/** `while sleep 10; do echo "$(date) $(nvidia-smi --query-gpu=memory.used,memory.free …)"; done` on two cards. */
function shellLoopLog(): string {
  const line = (second: number): string =>
    `Sat Nov 21 02:10:${second.toString().padStart(2, '0')} UTC 2026 ${9000 + second} MiB, ${72_003 - second} MiB ${200 + second} MiB, ${80_803 - second} MiB`
  return `${[10, 20, 30].map(line).join('\n')}\n`
}

/** Three minutes and a half of a card that fills at 12 GiB a minute. */
function growingFast(): readonly RawSample[] {
  return simulate(machine({ durationMs: 210_000, processes: [growing(12_288)] }))
}

/** As `llmtop record` writes it: the header alone, then a member a minute. */
function compactMembersOf(samples: readonly RawSample[]): readonly Buffer[] {
  const [first] = samples
  if (first === undefined) return []
  const { host, takenAtEpochMs: startedAtEpochMs, intervalMs } = first
  const stream = sampleStream()
  const header = { host, startedAtEpochMs, intervalMs, tool: '0.1.0', anonymized: false }
  const members = [stream.begin(header, true)]
  let member: Buffer[] = []
  for (const sample of samples) {
    const { closing, bytes } = stream.add(sample, '')
    if (closing !== undefined && closing.length > 0) {
      members.push(Buffer.concat([...member, closing]))
      member = []
    }
    member.push(bytes)
  }
  return [...members, Buffer.concat([...member, stream.end()])]
}

/** One byte of the second minute is another. */
function damaged(members: readonly Buffer[]): readonly Buffer[] {
  return members.map((member, at) => {
    const copy = Buffer.from(member)
    if (at === 2) copy.writeUInt8(copy.readUInt8(400) ^ 0xff, 400)
    return copy
  })
}

/** The first samples of a small, steady machine. */
function few(count: number): readonly RawSample[] {
  return simulate(machine({ durationMs: 2000 * (count - 1), processes: [growing(0)] }))
}

function withPart(sample: RawSample, name: string, change: (part: Part) => Part | undefined): RawSample {
  const parts = [...sample.parts].flatMap(([own, part]) => {
    const changed = own === name ? change(part) : part
    return changed === undefined ? [] : [[own, changed] as const]
  })
  return { ...sample, parts: new Map(parts) }
}

function shifted(sample: RawSample, ms: number): RawSample {
  return { ...sample, takenAtEpochMs: sample.takenAtEpochMs + ms, elapsedMs: sample.elapsedMs + ms }
}

function save(name: string, content: string | Uint8Array): void {
  const path = fileURLToPath(new URL(`../../fixtures/replay/${name}`, import.meta.url))
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true })
  writeFileSync(path, content)
}
