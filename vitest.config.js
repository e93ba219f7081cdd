import { defineConfig } from 'vitest/config'

// Tests of pure code leave nothing behind, so their files share the modules that they load: half the time.
const PURE = ['core', 'model', 'parse', 'estimate', 'engines', 'analyse', 'view', 'contracts']
const pure = PURE.map((folder) => `test/${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'pure', include: pure, isolate: false } },
      { test: { name: 'rest', include: ['test/**/*.test.ts'], exclude: pure } },
    ],
  },
})
