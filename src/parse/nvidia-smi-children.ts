// The children of a `<gpu>` and of the document itself that the model is made of, under all their names. The rest, nine
// tenths of a document (the clock tables alone are 48–85 %, measured over public samples), never comes before the XML parser.
const NEEDED: ReadonlySet<string> = new Set([
  'attached_gpus',
  'clocks',
  'clocks_event_reasons',
  'clocks_throttle_reasons',
  'compute_processes',
  'cuda_version',
  'driver_model',
  'driver_version',
  'error_string',
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
// All others are bare names. What else an XML parser takes for a tag (quotes that go on behind its end, comments,
// declarations) may swallow what stands behind it.
const BARE_TAG = /^(?:\/[\w.-]+|[\w.-]+(?: *\/)?)$/

/**
 * The needed children of one element, as one text; undefined when its tags don't pair up, because a lenient parser would
 * then hang numbers under the wrong names.
 */
export function neededChildren(text: string): string | undefined {
  const children: string[] = []
  let open = isOpeningTag(text) ? text.indexOf('<', 1) : -1
  for (let tag = tagAt(text, open); tag !== undefined; tag = tagAt(text, open)) {
    if (tag.startsWith('/')) return open + tag.length + 2 === text.length ? children.join('') : undefined
    const name = tag.replace(/ *\/$/, '')
    const child = NEEDED.has(name) ? readChild(text, open) : { text: '', end: endOf(text, open, tag) }
    if (child?.end === undefined) return undefined
    children.push(child.text)
    open = text.indexOf('<', child.end)
  }
  return undefined
}

/** From its opening to its closing tag, without the parts that are not needed. */
function readChild(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  const kept: string[] = []
  let keptTo = from
  let depth = 0
  for (let open = from; open >= 0; open = text.indexOf('<', open + 1)) {
    const tag = tagAt(text, open)
    if (tag === undefined) return undefined
    if (UNNEEDED_INSIDE.has(tag)) {
      kept.push(text.slice(keptTo, open))
      keptTo = endOf(text, open, tag) ?? text.length
      open = keptTo - 1
    } else {
      depth += depthChange(tag)
      const end = open + tag.length + 2
      if (depth <= 0) return { text: kept.join('') + text.slice(keptTo, end), end }
    }
  }
  return undefined
}

function isOpeningTag(text: string): boolean {
  const end = text.indexOf('>')
  return end >= 0 && end <= LONGEST_TAG
}

function tagAt(text: string, open: number): string | undefined {
  const end = text.indexOf('>', open)
  if (open < 0 || end < 0 || end - open > LONGEST_TAG) return undefined
  const tag = text.slice(open + 1, end)
  return BARE_TAG.test(tag) ? tag : undefined
}

function endOf(text: string, open: number, tag: string): number | undefined {
  if (tag.endsWith('/')) return open + tag.length + 2
  const close = text.indexOf(`</${tag}>`, open)
  return close < 0 ? undefined : close + tag.length + 3
}

function depthChange(tag: string): -1 | 0 | 1 {
  if (tag.startsWith('/')) return -1
  return tag.endsWith('/') ? 0 : 1
}
