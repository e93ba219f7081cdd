import { XMLParser } from 'fast-xml-parser'

/** An element as fast-xml-parser gives it: a text, or its children by name. Read it through `nvidia-smi-value.ts`. */
export type XmlNode = unknown

// What nvidia-smi prints beside what the model holds. These are nine tenths of a document (the clock tables alone are
// 48–85 %, measured over the corpus), so they are cut before the XML parser sees them.
const SKIPPED: ReadonlySet<string> = new Set([
  'supported_clocks',
  'accounted_processes',
  'aggregate_uncorrectable_sram_sources',
  'applications_clocks',
  'bar1_memory_usage',
  'cc_protected_memory_usage',
  'clocks_event_reasons_counters',
  'default_applications_clocks',
  'device_attributes',
  'ecc_error_count',
  'ecc_errors',
  'encoder_stats',
  'fabric',
  'fbc_stats',
  'gpu_memory_power_readings',
  'gpu_virtualization_mode',
  'inforom_bbx_flush',
  'inforom_version',
  'max_clocks',
  'module_power_readings',
  'pci_bridge_chip',
  'pci_gpu_link_info',
  'platformInfo',
  'power_profiles',
  'remapped_rows',
  'retired_pages',
  'temperature_thresholds',
])

// nvidia-smi writes one attribute, the bus id; whatever is longer is none of its tags
const LONGEST_TAG = 256

const LISTS: ReadonlySet<string> = new Set(['process_info', 'mig_device'])

const parser = new XMLParser({
  parseTagValue: false, // a pid 00012 and a program named 1e5 are texts
  htmlEntities: true, // decodes &#10; too, which stands for a line feed in a program's name
  isArray: (name) => LISTS.has(name),
})

/**
 * The element that `text` is, without the parts that nobody reads; undefined when its tags don't pair up, because a
 * lenient parser would then hang numbers under the wrong names.
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
  const kept: string[] = []
  let keptTo = 0
  let depth = 0
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', open + 1)) {
    const end = text.indexOf('>', open)
    if (end < 0 || end - open > LONGEST_TAG) return undefined
    const tag = text.slice(open + 1, end)
    if (SKIPPED.has(tag)) {
      const close = text.indexOf(`</${tag}>`, end)
      if (close < 0) return undefined
      kept.push(text.slice(keptTo, open))
      keptTo = close + tag.length + 3
      open = keptTo - 1
      continue
    }
    depth += depthChange(tag)
    if (depth < 0) return undefined
  }
  return depth === 0 ? kept.join('') + text.slice(keptTo) : undefined
}

// a comment or a declaration never stands inside of what nvidia-smi writes: it leaves the count unequal
function depthChange(tag: string): number {
  if (tag.startsWith('/')) return -1
  return tag.endsWith('/') ? 0 : 1
}
