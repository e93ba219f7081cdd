import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A process with mounts, a network and a control group of its own, as a container runtime makes it. */
export interface Container {
  /** As in the name of its control group. */
  readonly id: string
  /** Of the container in a network that it shares with this machine. */
  readonly address: string
  readonly pid: number
  stop(): Promise<void>
}

const ID = 'c0ffee00'.repeat(8)
const NAME = `llmtop-test-${process.pid}`
// as a container runtime would name it
const INTERFACE = `veth${process.pid}`
const HOST_ADDRESS = '172.31.250.1'
const ADDRESS = '172.31.250.2'

/** Why none can be made here; undefined where one can. */
export function whyNoContainer(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may make namespaces'
  if (memoryRoot() === undefined) return 'no control group can be made here'
  try {
    execFileSync('unshare', ['--mount', '--net', 'ip', 'link'], { stdio: 'ignore' })
    return undefined
  } catch {
    return "'unshare' or 'ip' can make no namespaces here"
  }
}

/** Starts `command` in a container with a memory limit; `file` lies there at the path `inside`, and nowhere else. */
export function startContainer(
  command: readonly string[],
  { file, inside, limitBytes, logFile }: ContainerOptions,
): Container {
  const group = makeGroup(limitBytes)
  const out = openSync(logFile, 'a')
  const folder = dirname(inside)
  mkdirSync(folder, { recursive: true })
  const script = [
    'set -e',
    `ip netns add ${NAME}`,
    `ip link add ${INTERFACE} type veth peer name eth0 netns ${NAME}`,
    `ip addr add ${HOST_ADDRESS}/24 dev ${INTERFACE}; ip link set ${INTERFACE} up`,
    `ip -n ${NAME} addr add ${ADDRESS}/24 dev eth0; ip -n ${NAME} link set eth0 up; ip -n ${NAME} link set lo up`,
    `echo $$ > ${group}/cgroup.procs`,
    `exec ip netns exec ${NAME} unshare --mount bash -c 'mount -t tmpfs none ${folder}; cp ${file} ${inside}; exec "$@"' - "$@"`,
  ].join('\n')
  const child = spawn('bash', ['-c', script, '-', ...command], { stdio: ['ignore', out, out] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.pid === undefined) throw new Error('no container was started')
  return {
    id: ID.slice(0, 12),
    address: ADDRESS,
    pid: child.pid,
    async stop() {
      child.kill('SIGKILL')
      await ended
      execFileSync('ip', ['netns', 'del', NAME])
      await until(() => readFileSync(`${group}/cgroup.procs`, 'utf8') === '')
      rmdirSync(group)
    },
  }
}

interface ContainerOptions {
  readonly file: string
  readonly inside: string
  readonly limitBytes: number
  readonly logFile: string
}

function makeGroup(limitBytes: number): string {
  const group = join(memoryRoot() ?? '', `docker-${ID}.scope`)
  mkdirSync(group)
  const isFirstVersion = existsSync(join(group, 'memory.limit_in_bytes'))
  writeFileSync(join(group, isFirstVersion ? 'memory.limit_in_bytes' : 'memory.max'), `${limitBytes}`)
  return group
}

/** The mount of the control groups that can limit memory, where one may be made. */
function memoryRoot(): string | undefined {
  return ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find((root) => {
    const probe = join(root, NAME)
    try {
      mkdirSync(probe)
      const isLimiting = ['memory.limit_in_bytes', 'memory.max'].some((file) => existsSync(join(probe, file)))
      rmdirSync(probe)
      return isLimiting
    } catch {
      return false
    }
  })
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20))
}
