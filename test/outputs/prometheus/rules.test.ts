import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { METRICS } from '../../../src/outputs/prometheus/metrics.ts'
import { WARNINGS_TOTAL } from '../../../src/outputs/prometheus/warning-counts.ts'
import { dashboardExpressions, dashboardJson } from '../../support/dashboard.ts'
import { NOT_SHOWN } from '../../support/dashboard-panels.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const DEPLOY = new URL('../../../docs/deploy/', import.meta.url)
const PROMTOOL = spawnSync('promtool', ['--version']).status === 0

function fileText(name: string): string {
  return readFileSync(new URL(name, DEPLOY), 'utf8')
}

test('the dashboard that ships is made from its panels', () => {
  expect(fileText('grafana-dashboard.json'), "'npm run metrics' writes it").toBe(dashboardJson())
})

test('every metric is on a panel of the dashboard, or named as one that is not', () => {
  const asked = new Set(dashboardExpressions().flatMap((text) => text.match(/llmtop_\w+/g) ?? []))
  const all = [...METRICS, WARNINGS_TOTAL].map(({ name }) => name)
  expect(all.filter((name) => !asked.has(name))).toEqual(all.filter((name) => NOT_SHOWN.has(name)))
  expect([...NOT_SHOWN.keys()].filter((name) => !all.includes(name))).toEqual([])
})

test('panels lie beside and below each other, none over another', () => {
  const taken = new Set<string>()
  for (const { gridPos } of panelsOf(dashboardJson())) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x}/${y}`), `${x}/${y}`).toBe(false)
        taken.add(`${x}/${y}`)
      }
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
  }
})

test.skipIf(!PROMTOOL)(
  'what the panels ask is PromQL to promtool (skipped where Prometheus is not installed)',
  () => {
    const file = join(temporaryFolder(), 'asked.yml')
    const rules = dashboardExpressions().map((expr, at) => ({ record: `asked:${at}`, expr }))
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'asked', rules }] }))
    const { status, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  },
)

interface PlacedPanel {
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
}

function panelsOf(json: string): readonly PlacedPanel[] {
  return (JSON.parse(json) as { readonly panels: readonly PlacedPanel[] }).panels
}

test.each(['grafana-dashboard.json', 'llmtop.rules.yml'])('%s asks for metrics that there are', (name) => {
  const exported = new Set<string>([...METRICS, WARNINGS_TOTAL].map((metric) => metric.name))
  const asked = fileText(name).match(/llmtop_[a-z_]+/g) ?? []
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.filter((metric) => !exported.has(metric))).toEqual([])
})

test.skipIf(!PROMTOOL)(
  'the alerts pass their own tests in promtool (skipped where Prometheus is not installed)',
  { timeout: 60_000 },
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
