import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Whether a real Prometheus can be started here. */
export const HAS_PROMETHEUS =
  spawnSync('prometheus', ['--version']).status === 0 && spawnSync('promtool', ['--version']).status === 0

export interface RunningPrometheus {
  readonly url: string
  /** Ends it as a power cut would; `start` begins it again on the same port with what it has stored. */
  kill(): Promise<void>
  start(): Promise<void>
}

export interface PrometheusOptions {
  /** Addresses of exporters, scraped every second. */
  readonly targets?: readonly string[]
  /** Files of rules, evaluated every second. */
  readonly rules?: readonly string[]
  /** OpenMetrics text with time stamps: what it is to have stored already. */
  readonly past?: string
}

/** A real Prometheus on the loopback, with data and configuration of its own. */
export async function startPrometheus({
  targets = [],
  rules = [],
  past,
}: PrometheusOptions): Promise<RunningPrometheus> {
  const folder = temporaryFolder()
  const data = join(folder, 'data')
  mkdirSync(data)
  if (past !== undefined) {
    writeFileSync(join(folder, 'past.om'), past)
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'past.om'), data])
  }
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, configOf(targets, rules))
  const address = `127.0.0.1:${await freePort()}`
  let running = spawnPrometheus(config, data, address)
  const prometheus: RunningPrometheus = {
    url: `http://${address}`,
    async kill() {
      const ended = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGKILL')
      await ended
    },
    async start() {
      running = spawnPrometheus(config, data, address)
      await ready(address)
    },
  }
  await ready(address)
  return prometheus
}

function configOf(targets: readonly string[], rules: readonly string[]): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets }] }],
  })
}

function spawnPrometheus(config: string, data: string, address: string) {
  return spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
}

async function ready(address: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://${address}/-/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
