import type { Server } from 'node:http'
import { onTestFinished } from 'vitest'

/** Has a server listen on the loopback until the test ends; gives its port. */
export async function listening(
  server: Pick<Server, 'listen' | 'address' | 'close' | 'closeAllConnections'>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the server has no port')
  return bound.port
}
