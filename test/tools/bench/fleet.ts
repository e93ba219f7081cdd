import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { parseStat } from '../../../src/parse/proc-stat.ts'
import { PROGRAM } from '../../support/llmtop.ts'
import type { Measure } from './measure.ts'

const HOSTS = 125
const GPUS_PER_HOST = 8
const WARM_UP_REFRESHES = 6
const REFRESHES = 10
const TICKS_PER_SECOND = 100

/** What `llmtop fleet` costs beside a Prometheus that scrapes dcgm-exporter and node_exporter on 125 hosts. */
export async function measureFleet(): Promise<readonly Measure[]> {
  const { server, url } = await prometheusLike()
  const program = spawn(
    process.execPath,
    [PROGRAM, 'fleet', '--prometheus', url, '--json', '--interval', '2s'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const pid = program.pid ?? 0
  let frames = 0
  let ticksBefore = 0
  for await (const line of createInterface(program.stdout)) {
    frames += line === '' ? 0 : 1
    if (frames === WARM_UP_REFRESHES * HOSTS) ticksBefore = cpuTicks(pid)
    if (frames === (WARM_UP_REFRESHES + REFRESHES) * HOSTS) break
  }
  const seconds = (cpuTicks(pid) - ticksBefore) / TICKS_PER_SECOND / REFRESHES
  const peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  program.kill()
  server.close()
  const fleet = `${HOSTS * GPUS_PER_HOST} GPUs on ${HOSTS} hosts`
  return [
    {
      what: `CPU of one refresh of a fleet, ${fleet}`,
      value: seconds * 1000,
      unit: 'ms',
      budget: 1000,
      bound: 'most',
    },
    {
      what: 'resident memory of that fleet at its most',
      value: peakKib / 1024,
      unit: 'MiB',
      budget: 150,
      bound: 'most',
    },
  ]
}

function cpuTicks(pid: number): number {
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat === undefined ? NaN : stat.userTicks + stat.systemTicks
}

/** Answers every question with the whole fleet, as Prometheus would: one value a series, or one every thirty seconds. */
async function prometheusLike(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(pieces).toString())
      const start = Number(form.get('start'))
      const result =
        start === 0
          ? fleetNow(Math.floor(Date.now() / 1000))
          : fleetPast(start, Number(form.get('end')), Number(form.get('step')))
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return { server, url: `http://127.0.0.1:${port}` }
}

type Labels = Readonly<Record<string, string>>

function fleetNow(seconds: number): readonly object[] {
  const stamps = allSeries(seconds).flatMap(({ metric, value }) => [
    { metric, value: [seconds, String(value)] },
    ...stampOf(metric).map((stamped) => ({ metric: stamped, value: [seconds, String(seconds)] })),
  ])
  return stamps
}

function fleetPast(start: number, end: number, step: number): readonly object[] {
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, at) => start + at * step)
  return allSeries(start)
    .filter(({ metric }) => /FB_|node_/.test(metric['__name__'] ?? ''))
    .map(({ metric, value }) => ({ metric, values: times.map((time) => [time, String(value)]) }))
}

/** As the query asks for them beside the values: the time stamps of one series of each exporter. */
function stampOf({ __name__: name, ...labels }: Labels): readonly Labels[] {
  if (name === 'DCGM_FI_DEV_FB_USED') return [{ ...labels, llmtop_of: 'gpu' }]
  return name === 'node_memory_MemAvailable_bytes' ? [{ ...labels, llmtop_of: 'memory' }] : []
}

function allSeries(seconds: number): readonly { readonly metric: Labels; readonly value: number }[] {
  return Array.from({ length: HOSTS }, (_, host) => [
    ...Array.from({ length: GPUS_PER_HOST }, (_, gpu) => ofCard(host, gpu, seconds)).flat(),
    ...ofNode(host),
  ]).flat()
}

function ofCard(host: number, gpu: number, seconds: number): ReturnType<typeof allSeries> {
  const usedMib = 40_000 + ((seconds + host * 7 + gpu) % 50) * 10
  const labels = {
    ...{
      gpu: `${gpu}`,
      UUID: `GPU-a${host}-${gpu}`,
      device: `nvidia${gpu}`,
      pci_bus_id: `00000000:1${gpu}:00.0`,
    },
    ...{
      modelName: 'NVIDIA H100 80GB HBM3',
      hostname: `gpu-${host}`,
      instance: `10.0.0.${host}:9400`,
      job: 'dcgm',
    },
  }
  const values = {
    FB_USED: usedMib,
    FB_FREE: 81_000 - usedMib,
    FB_RESERVED: 559,
    GPU_UTIL: 50,
    GPU_TEMP: 60,
    POWER_USAGE: 400,
  }
  return Object.entries(values).map(([name, value]) => ({
    metric: { __name__: `DCGM_FI_DEV_${name}`, ...labels },
    value,
  }))
}

function ofNode(host: number): ReturnType<typeof allSeries> {
  const labels = { instance: `10.0.0.${host}:9100`, job: 'node' }
  const uname = { __name__: 'node_uname_info', ...labels, nodename: `gpu-${host}` }
  const values = { MemTotal: 1e12, MemAvailable: 5e11, SwapTotal: 0, SwapFree: 0 }
  return [
    { metric: uname, value: 1 },
    ...Object.entries(values).map(([name, value]) => ({
      metric: { __name__: `node_memory_${name}_bytes`, ...labels },
      value,
    })),
  ]
}
