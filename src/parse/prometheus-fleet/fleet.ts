import type { ApiSeries } from './api-answer.ts'
import { enginePage, placeOf, scrapedPages } from './engine-pages.ts'
import { gpuRows } from './gpu-rows.ts'
import { learnHostNames, type HostNames } from './host-names.ts'
import { meminfoText, pressureText, vmstatText } from './host-texts.ts'
import { STAMP_LABEL } from './query.ts'

/** What an answer says of one host at one time: texts by the part that they are, and how old each is. */
export interface FleetHost {
  readonly host: string
  readonly parts: ReadonlyMap<string, FleetPart>
}

export interface FleetPart {
  readonly text: string
  /** When the exporter was scraped; undefined where the answer does not tell. */
  readonly scrapedAtMs: number | undefined
}

/** Divides the series of an answer among the hosts that they are about, each host's in the words of its own files. */
export function fleetHosts(
  all: readonly ApiSeries[],
  names: HostNames = learnHostNames(all),
): readonly FleetHost[] {
  const byHost = new Map<string, ApiSeries[]>()
  for (const series of all) {
    const host = names(series)
    if (host === undefined) continue
    const known = byHost.get(host)
    if (known === undefined) byHost.set(host, [series])
    else known.push(series)
  }
  return [...byHost].map(([host, series]) => ({ host, parts: partsOf(series) }))
}

function partsOf(all: readonly ApiSeries[]): FleetHost['parts'] {
  const series = all.filter(({ labels }) => !labels.has(STAMP_LABEL))
  const stamps = all.filter(({ labels }) => labels.has(STAMP_LABEL))
  const texts: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['nvidia-smi-csv', series.some(isOfGpu) ? gpuRows(series) : undefined, /gpu|host/i],
    ['meminfo', meminfoText(series), /memory|host/],
    ['vmstat', vmstatText(series), /memory|host/],
    ['pressure/memory', pressureText(series), /host/],
  ]
  const pages = [...scrapedPages(series)].map(([part, text]) => {
    const place = enginePage(part)
    const own =
      place === undefined ? stamps : stamps.filter(({ labels }) => placeOf(labels) === place.instance)
    return [part, { text, scrapedAtMs: newestStamp(own, place === undefined ? /host/ : /engine/) }] as const
  })
  return new Map([
    ...texts.flatMap(([part, text, about]) =>
      text === undefined ? [] : [[part, { text, scrapedAtMs: newestStamp(stamps, about) }] as const],
    ),
    ...pages,
  ])
}

function isOfGpu({ labels }: ApiSeries): boolean {
  return (labels.has('UUID') || labels.has('uuid')) && !labels.has('part')
}

/** @param about what the mark of the stamp must say: which exporter it is of */
function newestStamp(stamps: readonly ApiSeries[], about: RegExp): number | undefined {
  const seconds = stamps
    .filter(({ labels }) => about.test(labels.get(STAMP_LABEL) ?? ''))
    .flatMap(({ points }) => points.at(-1)?.value ?? [])
  return seconds.length === 0 ? undefined : Math.max(...seconds) * 1000
}
