import { execFileSync, spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import type { Machine } from './sshd.ts'

/** A machine behind a link that can be cut. */
export interface FarMachine extends Machine {
  /** Nothing passes any more, in either direction, and nobody is told. */
  cut(): void
}

/** Why there can be no network namespace here; undefined where there can. */
export const NO_NAMESPACE: string | undefined = reason()

/** A network namespace that a pair of virtual interfaces joins to this machine. */
export function farMachine(): FarMachine {
  const name = `llmtop${process.pid}`
  const [here, there] = [`lth${process.pid}`, `ltt${process.pid}`]
  // RFC 3927 link-local, of which nothing else here makes use; another net for each run, because one that was killed
  // leaves its link behind
  const net = `169.254.${1 + (process.pid % 254)}`
  const [nearAddress, address] = [`${net}.1`, `${net}.2`]
  onTestFinished(() => {
    spawnSync('ip', ['link', 'delete', here])
    spawnSync('ip', ['netns', 'delete', name])
  })
  ip('netns', 'add', name)
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name)
  ip('address', 'add', `${nearAddress}/30`, 'dev', here)
  ip('link', 'set', here, 'up')
  ip('-n', name, 'address', 'add', `${address}/30`, 'dev', there)
  ip('-n', name, 'link', 'set', there, 'up')
  ip('-n', name, 'link', 'set', 'lo', 'up')
  return {
    address,
    enter: ['ip', 'netns', 'exec', name],
    cut: () => {
      ip('-n', name, 'link', 'set', there, 'down')
    },
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

function reason(): string | undefined {
  const name = `llmtop-probe${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.error !== undefined) return "there is no 'ip'"
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`
  const bridged = spawnSync('ip', ['-n', name, 'link', 'add', 'probe0', 'type', 'veth'], { encoding: 'utf8' })
  spawnSync('ip', ['netns', 'delete', name])
  return bridged.status === 0 ? undefined : `no virtual link can be made: ${bridged.stderr.trim()}`
}
