import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { DEMO, DEMO_OOM_SECONDS } from '../support/demo-scenario.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { simulate } from '../support/simulate.ts'

// Writes the demo recording that ships with the package: `npm run demo:record`.
const outcome = {
  elapsedMs: DEMO_OOM_SECONDS * 1000,
  kind: 'cuda-oom',
  gpu: 'GPU-00000000-0000-4000-8000-000000000001',
  workload: 'transformers:9120',
  pid: 9120,
}
const path = fileURLToPath(new URL('../../fixtures/demo/recording.ndjson.gz', import.meta.url))
writeFileSync(path, gzipSync(recordingLines(simulate(DEMO), [outcome]), { level: 9 }))
