import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** A real llama-server that a test has started. */
export interface RunningServer {
  readonly pid: number
  readonly port: number
  log(): string
  /** Starts to generate; the promise ends with the request. */
  generate(tokens: number): Promise<unknown>
  stop(): Promise<void>
}

export async function startLlamaServer(
  program: string,
  args: readonly string[],
  logFile: string,
): Promise<RunningServer> {
  const port = await freePort()
  const out = openSync(logFile, 'a')
  const all = [...args, '--host', '127.0.0.1', '--port', `${port}`, '-t', '1', '-lv', '4']
  const child = spawn(program, all, { stdio: ['ignore', out, out] })
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve()
    }),
  )
  await untilHealthy(port, child, () => readFileSync(logFile, 'utf8'))
  const { pid } = child
  if (pid === undefined) throw new Error('llama-server has no pid')
  return {
    pid,
    port,
    log: () => readFileSync(logFile, 'utf8'),
    generate: (tokens) =>
      fetch(`http://127.0.0.1:${port}/completion`, {
        method: 'POST',
        body: JSON.stringify({ prompt: 'the', n_predict: tokens, ignore_eos: true }),
      }).then(
        (response) => response.text(),
        () => undefined,
      ),
    stop: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

async function untilHealthy(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`llama-server has ended: ${log().slice(-500)}`)
    const isHealthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isHealthy) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`llama-server did not become ready: ${log().slice(-500)}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}
