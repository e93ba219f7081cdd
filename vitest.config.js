import { defineConfig } from 'vitest/config'

// Tests that leave nothing behind in their process: their files share the modules that they load, for half the time.
const SHARED = [
  ...['core', 'model', 'parse', 'estimate', 'engines', 'analyse', 'view', 'contracts'],
  ...['cli', 'config', 'corpus', 'score', 'sources', 'transport'],
].map((folder) => `test/${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    maxWorkers: 2,
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: SHARED } },
    ],
  },
})
