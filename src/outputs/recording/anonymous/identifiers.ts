import { aliases, hexDigits } from './aliases.ts'

/** Replaces what identifies a card, a machine, a container or an address by its shape alone. */
export interface Identifiers {
  text(text: string): string
  /** A container that is known by the first digits of its id alone. */
  learnContainer(id: string): void
}

const UUID =
  /(?<![\da-f])([\da-f]{8})([-_])([\da-f]{4})\2([\da-f]{4})\2([\da-f]{4})\2([\da-f]{12})(?![\da-f])/gi
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
  const uuids = aliases()
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
        .replace(UUID, (_, first: string, dash: string) => {
          const number = uuids.numberOf(first)
          return [digits(number), '0000', '4000', '8000', hexDigits(number, 12)].join(dash)
        })
        .replace(SHORT_UUID, (_, kind: string, first: string) => `${kind}${digits(uuids.numberOf(first))}`)
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
