import { writeFileSync } from 'node:fs'
import { metricsMarkdown } from '../../src/outputs/prometheus/metrics-markdown.ts'
import { dashboardJson } from '../support/dashboard.ts'

// `npm run metrics`: what is made from the table of metrics.
const docs = new URL('../../docs/', import.meta.url)
writeFileSync(new URL('metrics.md', docs), metricsMarkdown())
writeFileSync(new URL('deploy/grafana-dashboard.json', docs), dashboardJson())
