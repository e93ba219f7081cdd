/** The children of an element by name: a text, an element, or an array where the name is that of a list. */
type Children = Record<string, unknown>

/**
 * Reads XML of the plain kind that nvidia-smi writes almost without exception, a tenth of the work of a whole parser:
 * names of small letters, no attribute but an id, no entity, and in one element no name twice that is not a list's.
 * Gives what fast-xml-parser gives; undefined for anything else, which is then left to it.
 *
 * @param lists the names whose elements come in any number
 */
export function readPlainXml(text: string, lists: ReadonlySet<string>): Children | undefined {
  const root: Open = { name: '', text: '', children: undefined }
  const parents: Open[] = []
  let here = root
  TAG.lastIndex = 0
  for (let at = 0; at < text.length; at = TAG.lastIndex) {
    const tag = TAG.exec(text)
    if (tag === null) return undefined
    const [, slash, name = '', after = ''] = tag
    if (slash === '') {
      parents.push(here)
      here = { name, text: after.trim(), children: undefined }
    } else {
      const parent = parents.pop()
      if (parent === undefined || !isEnd(here, name, after) || !adopt(parent, here, lists)) return undefined
      here = parent
    }
  }
  return here === root ? root.children : undefined
}

// a tag and the text after it
const TAG = /<(\/?)([a-z][a-z\d_]*)(?: id="[\w.:]*")?>([^<>&\r]*)/y

/** An element whose end has not been reached. */
interface Open {
  readonly name: string
  readonly text: string
  children: Children | undefined
}

function isEnd(open: Open, name: string, after: string): boolean {
  return name === open.name && after.trim() === ''
}

/** False where the parent can't have this child: beside text, or beside one of the same name. */
function adopt(parent: Open, { name, text, children }: Open, lists: ReadonlySet<string>): boolean {
  if (parent.text !== '') return false
  const siblings = (parent.children ??= {})
  const node = children ?? text
  const twin = siblings[name]
  if (lists.has(name)) {
    if (Array.isArray(twin)) twin.push(node)
    else siblings[name] = [node]
    return true
  }
  if (Object.hasOwn(siblings, name)) return false
  siblings[name] = node
  return true
}
