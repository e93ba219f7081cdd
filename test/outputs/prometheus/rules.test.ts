import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { METRICS } from '../../../src/outputs/prometheus/metrics.ts'
import { WARNINGS_TOTAL } from '../../../src/outputs/prometheus/warning-counts.ts'
import { dashboardJson } from '../../support/dashboard.ts'

const DEPLOY = new URL('../../../docs/deploy/', import.meta.url)
const PROMTOOL = spawnSync('promtool', ['--version']).status === 0

function fileText(name: string): string {
  return readFileSync(new URL(name, DEPLOY), 'utf8')
}

test('the dashboard that ships is made from its panels', () => {
  expect(fileText('grafana-dashboard.json'), "'npm run metrics' writes it").toBe(dashboardJson())
})

test.each(['grafana-dashboard.json', 'llmtop.rules.yml'])('%s asks for metrics that there are', (name) => {
  const exported = new Set<string>([...METRICS, WARNINGS_TOTAL].map((metric) => metric.name))
  const asked = fileText(name).match(/llmtop_[a-z_]+/g) ?? []
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.filter((metric) => !exported.has(metric))).toEqual([])
})

test.skipIf(!PROMTOOL)(
  'the alerts pass their own tests in promtool (skipped where Prometheus is not installed)',
  () => {
    for (const args of [
      ['check', 'rules', 'llmtop.rules.yml'],
      ['test', 'rules', 'llmtop.rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, {
        cwd: fileURLToPath(DEPLOY),
        encoding: 'utf8',
      })
      expect(status, `${stdout}${stderr}`).toBe(0)
    }
  },
)
