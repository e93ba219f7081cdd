import type { Loaded } from '../../config/load.ts'
import { systemClock } from '../../runtime/clock.ts'
import { keepHeapSmall } from '../../runtime/small-heap.ts'
import { prometheusSource } from '../../sources/prometheus/prometheus.ts'
import type { Environment } from '../environment.ts'
import { show } from '../show.ts'
import { addressOf } from './address.ts'
import type { FleetOptions } from './options.ts'

/** Watches until the user leaves; one sentence where the options don't go together. */
export async function runFleet(
  environment: Environment,
  loaded: Loaded,
  options: FleetOptions,
): Promise<string | undefined> {
  const address = await addressOf(options)
  if (typeof address === 'string') return address
  const { interval, selector, failOn } = options
  const { onWarning } = loaded.settings
  keepHeapSmall()
  const source = prometheusSource({ clock: systemClock(), intervalMs: interval, address, selector })
  await show(environment, { source, options, loaded, failOn, onWarning })
  return undefined
}
