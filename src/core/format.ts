import { GIB } from './units.ts'

/** `71.4`: GiB with one decimal, without the unit, for columns that name it in their head. */
export function formatGib(bytes: number): string {
  return (bytes / GIB).toFixed(1)
}

/** `71.4 GiB`, `496 MiB`, `12 KiB`: the largest unit that leaves a readable number. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes)
  if (size >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`
  if (size >= 1024 ** 2) return `${(bytes / 1024 ** 2).toFixed(0)} MiB`
  if (size >= 1024) return `${(bytes / 1024).toFixed(0)} KiB`
  return `${bytes.toFixed(0)} B`
}

/** `71.4G`, `1128G`, `496M`: for narrow columns. */
export function formatBytesShort(bytes: number): string {
  const size = Math.abs(bytes)
  if (size >= 999.95 * GIB) return `${(bytes / GIB).toFixed(0)}G`
  if (size >= 0.95 * GIB) return `${(bytes / GIB).toFixed(1)}G`
  if (size >= 1024 ** 2) return `${(bytes / 1024 ** 2).toFixed(0)}M`
  return `${(bytes / 1024).toFixed(0)}K`
}

/** `92 %`. */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(0)} %`
}

/** `4.2 s`, `35 s`, `12 min`, `6 h`, `12 d`: one number and one unit, rounded down to what is certain. */
export function formatDuration(ms: number): string {
  const s = ms / 1000
  if (s < 10) return `${s.toFixed(1)} s`
  if (s < 120) return `${Math.floor(s)} s`
  if (s < 7200) return `${Math.floor(s / 60)} min`
  if (s < 172_800) return `${Math.floor(s / 3600)} h`
  return `${Math.floor(s / 86_400)} d`
}

/** `+3.6 GiB/min`: growth per minute, the pace at which people watch memory. */
export function formatGrowth(bytesPerSecond: number): string {
  const perMinute = bytesPerSecond * 60
  return `${perMinute < 0 ? '−' : '+'}${formatBytes(Math.abs(perMinute))}/min`
}

/** `2,310`: whole number with thousands separators, the same on every machine whatever its locale. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
