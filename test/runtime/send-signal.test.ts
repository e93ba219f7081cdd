import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { parseStat } from '../../src/parse/proc-stat.ts'
import { sendSignal } from '../../src/runtime/send-signal.ts'

let sleeper: ChildProcess | undefined
afterEach(() => {
  sleeper?.kill('SIGKILL')
})

function started(): { readonly pid: number; readonly startTicks: number } {
  sleeper = spawn('sleep', ['60'])
  const pid = sleeper.pid ?? 0
  return { pid, startTicks: parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.startTicks ?? -1 }
}

const NAMED = { name: 'sleep', user: undefined, command: [] }

test('the chosen process gets the signal', async () => {
  const target = { ...started(), ...NAMED }
  const ended = sleeper === undefined ? [] : once(sleeper, 'exit')
  expect(sendSignal(target, 'SIGTERM')).toBe('sent')
  expect(await ended).toEqual([null, 'SIGTERM'])
})

test('another process under the same pid does not, and one that has ended is gone', () => {
  const target = { ...started(), ...NAMED }
  expect(sendSignal({ ...target, startTicks: target.startTicks - 1 }, 'SIGKILL')).toBe('gone')
  expect(sleeper?.signalCode).toBeNull()
  expect(sendSignal({ pid: 4_194_300, startTicks: 1, ...NAMED }, 'SIGTERM')).toBe('gone')
})

test('neither the first process nor llmtop itself is ever signalled', () => {
  expect(sendSignal({ pid: 1, startTicks: 0, ...NAMED }, 'SIGKILL')).toBe('refused')
  expect(sendSignal({ pid: process.pid, startTicks: 0, ...NAMED }, 'SIGKILL')).toBe('refused')
})
