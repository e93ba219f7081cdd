import type { RiskLevel } from '../../model/risk.ts'
import type { Forecast } from '../forecast.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'

/** One pool that fills, by whom, and when it is full. */
export interface Filling {
  readonly outlook: PoolOutlook
  readonly cause: PoolShare | undefined
  readonly forecast: Forecast | undefined
  readonly headroomBytes: number
  readonly bytesPerSecond: number
  readonly level: RiskLevel
  /** It may end by itself: a load, or an allocator that stops at its cap. */
  readonly mayEnd: boolean
}
