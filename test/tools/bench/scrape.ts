import { prometheusOutput } from '../../../src/outputs/prometheus/output.ts'
import { serveMetrics } from '../../../src/outputs/prometheus/server.ts'
import { known } from '../../../src/core/reading.ts'
import { gibibytes } from '../../../src/core/units.ts'
import { sampleAt } from '../../support/fold.ts'
import { frameWith, gpuWith, slices, workloadWith } from '../../support/scene.ts'
import type { Measure } from './measure.ts'

const GPUS = 16
const WORKLOADS = 40
const SCRAPES = 300

/** What one scrape costs that finds a new frame: the page made anew, over HTTP, with the asking side counted in. */
export async function measureScrape(): Promise<Measure> {
  const output = prometheusOutput(() => performance.now())
  const server = await serveMetrics(output, {
    address: { host: '127.0.0.1', port: 0 },
    token: undefined,
    tls: undefined,
  })
  const url = `http://127.0.0.1:${server.port ?? 0}/metrics`
  const times: number[] = []
  for (let scrape = 0; scrape < SCRAPES; scrape++) {
    await output.accept(busyFrame(scrape), sampleAt(scrape, {}))
    const before = process.cpuUsage()
    const page = await (await fetch(url, { headers: { accept: 'application/openmetrics-text' } })).text()
    const { user, system } = process.cpuUsage(before)
    if (!page.endsWith('# EOF\n')) throw new Error('the scrape got no page')
    times.push((user + system) / 1000)
  }
  await server.close()
  const value = times.slice(SCRAPES / 3).sort((a, b) => a - b)[SCRAPES / 3] ?? NaN
  const what = `CPU of a scrape and its answer, ${GPUS} GPUs, ${WORKLOADS} workloads`
  return { what, value, unit: 'ms', budget: 20, bound: 'most' }
}

function busyFrame(tick: number): ReturnType<typeof frameWith> {
  return frameWith({
    gpus: Array.from({ length: GPUS }, (_, index) => gpuWith(index, {})),
    workloads: Array.from({ length: WORKLOADS }, (_, at) => {
      const parts = slices({
        weightsBytes: 15,
        kvBytes: 3,
        activationsBytes: 1,
        overheadBytes: 1,
        unexplainedBytes: 0,
      })
      const usedBytes = known(gibibytes(20) + tick)
      const bare = workloadWith(`vllm:${4000 + at}`, { engine: 'vllm' })
      return {
        ...bare,
        model: { ...bare.model, name: known(`org/model-${at}`) },
        memory: {
          ...bare.memory,
          usedBytes,
          slices: parts,
          perGpu: [{ uuid: `GPU-${at % GPUS}`, usedBytes, slices: parts }],
        },
        requests: { running: known(at), waiting: known(0), preemptions: known(tick) },
      }
    }),
  })
}
