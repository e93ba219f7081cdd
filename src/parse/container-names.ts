import { printable } from '../core/text.ts'

/** Names by the short id, from lines `ID NAME` as `docker ps` and `podman ps` print them; other lines are passed over. */
export function parseContainerNames(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^([0-9a-f]{12})[0-9a-f]{0,52} (\S+)\r?$/gm)
  return new Map(Array.from(lines, ([, id = '', name = '']) => [id, printable(name)]))
}
