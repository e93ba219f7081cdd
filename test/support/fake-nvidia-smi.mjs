// Stands in for nvidia-smi as a real child process: `node fake-nvidia-smi.mjs FOLDER ARGUMENT...`.
// FOLDER holds scenario.json (the type FakeScenario of fake-nvidia-smi.ts) and takes the notes for the test:
// runs.ndjson, one line per start, and overlaps, one line per start that met another one still running.
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [folder, ...args] = process.argv.slice(2)
const scenario = JSON.parse(readFileSync(join(folder, 'scenario.json'), 'utf8'))
const lock = join(folder, 'running')

process.stdout.on('error', () => process.exit(141))
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(name, () => {
    if (scenario.ignoresSigterm !== true) process.exit(143)
  })
}
enter()
process.on('exit', leave)
await main()

async function main() {
  const sleepMs = loopSleepMs()
  if (sleepMs !== undefined && scenario.loopUsageError !== undefined) end(scenario.loopUsageError, 2)
  if (!args.includes('-q') || !args.includes('-x')) end('Invalid combination of input arguments.', 2)
  if (scenario.error !== undefined) end(scenario.error.text, scenario.error.exitCode)
  if (sleepMs === undefined) await single()
  else await loop(sleepMs)
}

async function single() {
  await sleep(scenario.delayMs ?? 0)
  if (scenario.hangsAfter === 0) await sleep(2 ** 30)
  process.stdout.write(documentAt(0))
}

async function loop(sleepMs) {
  let heldBack = ''
  for (let served = 0; ; served++) {
    await sleep(scenario.delayMs ?? 0)
    if (served === scenario.hangsAfter) await sleep(2 ** 30)
    if (served === scenario.diesAfter) end(scenario.lastWords ?? '', 9)
    const text = heldBack + documentAt(served) + '\n'
    const kept = scenario.blockBytes === undefined ? 0 : text.length % scenario.blockBytes
    process.stdout.write(text.slice(0, text.length - kept))
    heldBack = text.slice(text.length - kept)
    await sleep(sleepMs)
  }
}

function documentAt(served) {
  return scenario.documents[Math.min(served, scenario.documents.length - 1)]
}

/** The pause between two documents, or undefined for a single run. */
function loopSleepMs() {
  for (const [position, argument] of args.entries()) {
    const [name, inline] = argument.split('=')
    const value = Number(inline ?? args[position + 1])
    if (name === '-lms' || name === '--loop-ms') return value
    if (name === '-l' || name === '--loop') return value * 1000
  }
  return undefined
}

function end(text, exitCode) {
  if (text !== '') process.stdout.write(`${text}\n`)
  process.exit(exitCode)
}

function enter() {
  appendFileSync(join(folder, 'runs.ndjson'), `${JSON.stringify({ pid: process.pid, args })}\n`)
  if (existsSync(lock) && alive(Number(readFileSync(lock, 'utf8'))))
    appendFileSync(join(folder, 'overlaps'), 'x\n')
  writeFileSync(lock, `${process.pid}`)
}

function leave() {
  if (existsSync(lock) && Number(readFileSync(lock, 'utf8')) === process.pid) rmSync(lock)
}

function alive(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
