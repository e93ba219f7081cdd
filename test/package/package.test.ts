import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Installs the package as its users do. That needs a registry, and says so where there is none.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SLOW_MS = 120_000
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llmtop-package-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('the packed package installs and plays its demo', { timeout: SLOW_MS }, async (context) => {
  await npm('pack', '--ignore-scripts', '--pack-destination', folder)
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const prefix = join(folder, 'packed')
  const installed = await npm('install', '--global', '--prefix', prefix, join(folder, tarball ?? ''))
  context.skip(isOffline(installed.stderr), 'skipped: no registry can be reached from here')
  expect(installed.exitCode, installed.stderr).toBe(0)

  expect(await framesOf(prefix)).toBe(301)
  // the versions that advisories against blessed-contrib's tree ask for (docs/adr/0006-dependencies.md)
  expect(
    await Promise.all(['lodash', 'xml2js', 'marked'].map((name) => bundledVersion(prefix, name))),
  ).toEqual(['4.18.1', '0.6.2', '4.3.0'])
})

test('the checkout itself installs globally', { timeout: SLOW_MS }, async (context) => {
  const prefix = join(folder, 'linked')
  const installed = await npm('install', '--global', '--ignore-scripts', '--prefix', prefix, ROOT)
  context.skip(isOffline(installed.stderr), 'skipped: no registry can be reached from here')
  expect(installed.exitCode, installed.stderr).toBe(0)
  expect(await framesOf(prefix)).toBe(301)
})

async function npm(...args: readonly string[]): Promise<{ exitCode: number | undefined; stderr: string }> {
  const { exitCode, stderr } = await execa('npm', args, { cwd: ROOT, reject: false })
  return { exitCode, stderr }
}

function isOffline(stderr: string): boolean {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(stderr)
}

async function framesOf(prefix: string): Promise<number> {
  const { stdout } = await execa(join(prefix, 'bin', 'llmtop'), ['demo', '--json', '--speed', 'max'], {
    // away from the checkout, so that nothing of it is found by accident
    cwd: folder,
  })
  return stdout.split('\n').length
}

async function bundledVersion(prefix: string, name: string): Promise<unknown> {
  const path = join(prefix, 'lib/node_modules/llmtop/node_modules', name, 'package.json')
  const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined
}
