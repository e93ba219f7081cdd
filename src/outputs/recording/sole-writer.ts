import { createServer } from 'node:net'

/** Gives the file back. */
export type Release = () => void

/**
 * Takes a file for this process alone; undefined where another one has it. The claim is a name among the abstract sockets of
 * Linux (unix(7)): the kernel forgets it with the process, whatever ends that, and nothing is left on the disk. Whoever is in
 * another network namespace is not seen, and on other systems everyone gets the file.
 * @param id of the file, the same for everyone
 */
export function claim(id: string): Promise<Release | undefined> {
  const server = createServer((socket) => socket.destroy())
  server.unref()
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'EADDRINUSE' ? undefined : () => undefined)
    })
    server.listen(`\0llmtop recording ${id}`, () => {
      resolve(() => server.close())
    })
  })
}
