import type { ApiSeries } from './api-answer.ts'

const HEADER =
  'index, uuid, name, driver_version, memory.total [MiB], memory.used [MiB], memory.free [MiB], memory.reserved [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]'

/** The cards of one host as rows of a CSV log: what several exporters say of a card is one row. */
export function gpuRows(series: readonly ApiSeries[]): string {
  const cards = new Map<string, Card>()
  for (const one of series) addTo(cards, one)
  const rows = [...cards.values()].map(rowOf)
  return [HEADER, ...rows].join('\n')
}

/** What is known of a card so far, by column; the exporter that is asked first counts. */
interface Card {
  readonly uuid: string
  readonly cells: Map<Column, string>
}

type Column =
  'index' | 'name' | 'driver' | 'total' | 'used' | 'free' | 'reserved' | 'gpuPercent' | 'celsius' | 'watts'

const COLUMNS: readonly Column[] = ['total', 'used', 'free', 'reserved', 'gpuPercent', 'celsius', 'watts']

/** Which column a metric fills, and how its unit becomes that of nvidia-smi. */
const FILLS: ReadonlyMap<string, readonly [Column, (value: number) => number]> = new Map<
  string,
  readonly [Column, (value: number) => number]
>([
  ['llmtop_gpu_memory_total_bytes', ['total', mebi]],
  ['llmtop_gpu_memory_used_bytes', ['used', mebi]],
  ['llmtop_gpu_memory_free_bytes', ['free', mebi]],
  ['llmtop_gpu_memory_reserved_bytes', ['reserved', mebi]],
  ['llmtop_gpu_utilization_ratio', ['gpuPercent', percent]],
  ['llmtop_gpu_temperature_celsius', ['celsius', same]],
  ['llmtop_gpu_power_watts', ['watts', same]],
  // dcgm-exporter counts in MiB, and has no total
  ['DCGM_FI_DEV_FB_USED', ['used', same]],
  ['DCGM_FI_DEV_FB_FREE', ['free', same]],
  ['DCGM_FI_DEV_FB_RESERVED', ['reserved', same]],
  ['DCGM_FI_DEV_GPU_UTIL', ['gpuPercent', same]],
  ['DCGM_FI_DEV_GPU_TEMP', ['celsius', same]],
  ['DCGM_FI_DEV_POWER_USAGE', ['watts', same]],
  ['nvidia_smi_memory_total_bytes', ['total', mebi]],
  ['nvidia_smi_memory_used_bytes', ['used', mebi]],
  ['nvidia_smi_memory_free_bytes', ['free', mebi]],
  ['nvidia_smi_memory_reserved_bytes', ['reserved', mebi]],
  ['nvidia_smi_utilization_gpu_ratio', ['gpuPercent', percent]],
  ['nvidia_smi_temperature_gpu', ['celsius', same]],
  ['nvidia_smi_power_draw_watts', ['watts', same]],
])

function same(value: number): number {
  return value
}

function mebi(bytes: number): number {
  return bytes / 2 ** 20
}

function percent(ratio: number): number {
  return ratio * 100
}

function addTo(cards: Map<string, Card>, series: ApiSeries): void {
  const { labels } = series
  const uuid = uuidOf(labels)
  // a slice of a card: the card itself is a series of its own
  if (uuid === undefined || labels.has('GPU_I_ID')) return
  if (!FILLS.has(series.name) && !series.name.endsWith('_info')) return
  const card = cards.get(uuid) ?? { uuid, cells: new Map<Column, string>() }
  cards.set(uuid, card)
  for (const [column, text] of cellsOf(series)) {
    if (text !== undefined && text !== '' && !card.cells.has(column)) card.cells.set(column, cell(text))
  }
}

function cellsOf({ name, labels, points }: ApiSeries): readonly (readonly [Column, string | undefined])[] {
  const fill = FILLS.get(name)
  const value = points.at(-1)?.value
  return [
    ['index', labels.get('gpu') ?? labels.get('index')],
    ['name', labels.get('model_name') ?? labels.get('modelName') ?? labels.get('name')],
    ['driver', labels.get('driver_version') ?? labels.get('DCGM_FI_DRIVER_VERSION')],
    ...(fill === undefined || value === undefined ? [] : [[fill[0], shortNumber(fill[1](value))] as const]),
  ]
}

/** nvidia_gpu_exporter leaves the prefix out. */
function uuidOf(labels: ReadonlyMap<string, string>): string | undefined {
  const uuid = labels.get('UUID') ?? labels.get('uuid')
  if (uuid === undefined || uuid === '') return undefined
  return /^[0-9a-f]{8}-/.test(uuid) ? `GPU-${uuid}` : uuid
}

// a comma would be the next cell
function cell(text: string): string {
  return text.replaceAll(',', ' ')
}

/** As many decimals as a cell may have. */
function shortNumber(value: number): string {
  return String(Number(value.toFixed(6)))
}

function rowOf({ uuid, cells }: Card, place: number): string {
  // dcgm-exporter counts what is neither free nor used as reserved: the card is all three
  const total = cells.get('total') ?? sumOf(cells, ['used', 'free', 'reserved'])
  const known = new Map(cells).set('total', total ?? '')
  const numbers = COLUMNS.map((column) => withUnit(column, known.get(column)))
  return [
    cells.get('index') ?? String(place),
    uuid,
    cells.get('name') ?? '',
    cells.get('driver') ?? '',
    ...numbers,
  ].join(', ')
}

function sumOf(cells: ReadonlyMap<Column, string>, columns: readonly Column[]): string | undefined {
  if (!cells.has('used') || !cells.has('free')) return undefined
  return String(columns.reduce((sum, column) => sum + Number(cells.get(column) ?? 0), 0))
}

function withUnit(column: Column, text: string | undefined): string {
  if (text === undefined || text === '') return ''
  if (column === 'gpuPercent') return `${text} %`
  if (column === 'watts') return `${text} W`
  return column === 'celsius' ? text : `${text} MiB`
}
