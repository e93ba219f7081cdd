import { aliases, hexDigits } from './aliases.ts'

/** Replaces what identifies a card, a machine, a container or an address by its shape alone. */
export interface Identifiers {
  text(text: string): string
  /** A container that is known by the first digits of its id alone. */
  learnContainer(id: string): void
}

const UUID =
  /(?<=pod|(?<![\da-f]))([\da-f]{8})([-_])([\da-f]{4})\2([\da-f]{4})\2([\da-f]{4})\2([\da-f]{12})(?![\da-f])/gi
/** As CUDA_VISIBLE_DEVICES takes it: as many digits as it takes to tell the cards apart. */
const SHORT_UUID = /(?<![\w-])((?:GPU|MIG)-)([\da-f]{8})(?![-\da-f])/gi
// the digests of images and of Ollama's blobs are the same everywhere
const CONTAINER = /(?<![\da-z]|sha256[-:])[\da-f]{64}(?![\da-z])/gi
const SHORT_CONTAINER = /(?<![\da-z-])[\da-f]{12}(?![\da-z-])/gi
const SERIAL =
  /(<(serial|chassis_serial_number|gpu_fabric_guid|ibguid|host_id|cluster_uuid|pdi)>)([^<]*\d[^<]*)(<\/\2>)/g
const IPV4 = /(?<![\w.-])(?!127\.|0\.0\.0\.0|255\.)(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w)/g
const IPV6 =
  /(?<![\w:.])(?!::1?(?![\da-f:]))(?:[\da-f]{1,4}(?::[\da-f]{1,4}){7}|(?:[\da-f]{1,4}:){1,6}:(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?)(?![\w:]|\/(?!\d))/gi

export function identifiers(): Identifiers {
  const uuids = uuidBook()
  const containers = aliases()
  const serials = aliases()
  const addresses = aliases()
  const digits = (number: number): string => hexDigits(number, 8)
  const containerDigits = (id: string): string => hexDigits(containers.numberOf(id.slice(0, 12)), 12)

  return {
    learnContainer: (id) => {
      containers.numberOf(id.slice(0, 12))
    },
    text: (text) =>
      text
        .replace(UUID, (uuid, _, dash: string) => {
          const number = uuids.numberOf(uuid.replaceAll(dash, '-').toLowerCase())
          return [digits(number), '0000', '4000', '8000', hexDigits(number, 12)].join(dash)
        })
        .replace(
          SHORT_UUID,
          (_, kind: string, first: string) => `${kind}${digits(uuids.numberOfShort(first))}`,
        )
        .replace(CONTAINER, (id) => `${containerDigits(id)}${'0'.repeat(52)}`)
        .replace(SHORT_CONTAINER, (id) => (containers.has(id) ? containerDigits(id) : id))
        .replace(SERIAL, (_, open: string, _tag, serial: string, close: string) => {
          return `${open}${serials.numberOf(serial)}${close}`
        })
        .replace(
          IPV4,
          (address) => `10.0.${addresses.numberOf(address) >> 8}.${addresses.numberOf(address) & 255}`,
        )
        .replace(IPV6, (address) => `fd00::${hexDigits(addresses.numberOf(address), 1)}`),
  }
}

/** A UUID and its first digits have the same number, whichever was seen first. */
function uuidBook(): { numberOf(uuid: string): number; numberOfShort(first: string): number } {
  const numbers = new Map<string, number>()
  const byFirst = new Map<string, number>()
  const onlyShort = new Set<string>()
  let count = 0

  function add(first: string): number {
    count += 1
    if (!byFirst.has(first)) byFirst.set(first, count)
    return count
  }

  return {
    numberOf(uuid) {
      const first = uuid.slice(0, 8)
      const known = numbers.get(uuid) ?? (onlyShort.delete(first) ? byFirst.get(first) : undefined)
      const number = known ?? add(first)
      numbers.set(uuid, number)
      return number
    },
    numberOfShort(text) {
      const first = text.toLowerCase()
      const known = byFirst.get(first)
      if (known === undefined) onlyShort.add(first)
      return known ?? add(first)
    },
  }
}
