/** `text` without its `<name>…</name>` elements. An element that isn't closed stays: a torn document stays as torn as it was. */
export function cutElement(text: string, name: string): string {
  const opening = `<${name}>`
  const closing = `</${name}>`
  const kept: string[] = []
  let keptTo = 0
  for (;;) {
    const open = text.indexOf(opening, keptTo)
    const close = open < 0 ? -1 : text.indexOf(closing, open)
    if (close < 0) break
    kept.push(text.slice(keptTo, open))
    keptTo = close + closing.length
  }
  return keptTo === 0 ? text : kept.join('') + text.slice(keptTo)
}
