import { XMLParser } from 'fast-xml-parser'

/** An element as fast-xml-parser gives it: a text, or its children by name. Read it through `nvidia-smi-value.ts`. */
export type XmlNode = unknown

// The children of a `<gpu>` that the model is made of, under all their names. The rest, nine tenths of a document (the
// clock tables alone are 48–85 %, measured over public samples), is cut before the XML parser sees it.
const NEEDED: ReadonlySet<string> = new Set([
  'clocks',
  'clocks_event_reasons',
  'clocks_throttle_reasons',
  'compute_processes',
  'driver_model',
  'fan_speed',
  'fb_memory_usage',
  'gpu_power_readings',
  'gpu_recovery_action',
  'gpu_reset_status',
  'mig_devices',
  'mig_mode',
  'pci',
  'performance_state',
  'persistence_mode',
  'power_readings',
  'processes',
  'product_architecture',
  'product_name',
  'temperature',
  'utilization',
  'uuid',
])

// large parts of needed ones that are not
const UNNEEDED_INSIDE: ReadonlySet<string> = new Set([
  'bar1_memory_usage',
  'device_attributes',
  'ecc_error_count',
  'pci_bridge_chip',
  'pci_gpu_link_info',
])

// nvidia-smi writes one attribute, the bus id; whatever is longer is none of its tags
const LONGEST_TAG = 256

const LISTS: ReadonlySet<string> = new Set(['process_info', 'mig_device'])

const parser = new XMLParser({
  parseTagValue: false, // a pid 00012 and a program named 1e5 are texts
  jPath: false, // nobody asks for paths, and to write them is a seventh of the work
  htmlEntities: true, // decodes &#10; too, which stands for a line feed in a program's name
  isArray: (name) => LISTS.has(name),
})

/**
 * A document's head or one of its `<gpu>` elements, without the parts that nobody reads; undefined when its tags don't
 * pair up, because a lenient parser would then hang numbers under the wrong names.
 */
export function readElement(text: string): XmlNode {
  const needed = keepNeeded(text)
  if (needed === undefined) return undefined
  try {
    return parser.parse(needed)
  } catch {
    return undefined // nested too deep, a reserved name, too many entities: nothing that nvidia-smi writes
  }
}

function keepNeeded(text: string): string | undefined {
  const insideGpu = text.startsWith('<gpu')
  const kept: string[] = []
  let keptTo = 0
  let depth = 0
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', open + 1)) {
    const end = text.indexOf('>', open)
    if (end < 0 || end - open > LONGEST_TAG) return undefined
    const tag = text.slice(open + 1, end)
    if (insideGpu && isUnneeded(tag, depth)) {
      const close = text.indexOf(`</${tag}>`, end)
      if (close < 0) return undefined
      kept.push(text.slice(keptTo, open))
      keptTo = close + tag.length + 3
      open = keptTo - 1
    } else {
      depth += depthChange(tag)
      if (depth <= 0) return end === text.length - 1 ? kept.join('') + text.slice(keptTo) : undefined
    }
  }
  return undefined
}

function isUnneeded(tag: string, depth: number): boolean {
  if (depthChange(tag) !== 1) return false
  return depth === 1 ? !NEEDED.has(tag) : UNNEEDED_INSIDE.has(tag)
}

// a comment or a declaration never stands inside of what nvidia-smi writes: it leaves the count unequal
function depthChange(tag: string): -1 | 0 | 1 {
  if (tag.startsWith('/')) return -1
  return tag.endsWith('/') ? 0 : 1
}
