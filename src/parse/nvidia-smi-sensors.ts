import { valueOr } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import {
  at,
  CELSIUS,
  childNames,
  FAN_PERCENT,
  firstTold,
  KILOBYTES_PER_SECOND,
  MEGAHERTZ,
  PERCENT,
  readNumber,
  readText,
  WATTS,
} from './nvidia-smi-value.ts'
import type { Reading } from '../core/reading.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

type Sensors = Pick<
  Gpu,
  | 'utilization'
  | 'temperatureCelsius'
  | 'powerWatts'
  | 'powerLimitWatts'
  | 'fanPercent'
  | 'throttle'
  | 'clocks'
  | 'performanceState'
  | 'pcie'
>

/** What a `<gpu>` measures of itself. Values that were renamed are read under their newest name first. */
export function readSensors(gpu: XmlNode): Sensors {
  return {
    utilization: {
      gpuPercent: readNumber(at(gpu, 'utilization', 'gpu_util'), PERCENT),
      memoryPercent: readNumber(at(gpu, 'utilization', 'memory_util'), PERCENT),
    },
    temperatureCelsius: readNumber(at(gpu, 'temperature', 'gpu_temp'), CELSIUS),
    powerWatts: readPower(gpu),
    powerLimitWatts: readPowerLimit(gpu),
    fanPercent: readNumber(at(gpu, 'fan_speed'), FAN_PERCENT),
    throttle: readThrottle(gpu),
    clocks: {
      smMHz: readNumber(at(gpu, 'clocks', 'sm_clock'), MEGAHERTZ),
      memoryMHz: readNumber(at(gpu, 'clocks', 'mem_clock'), MEGAHERTZ),
    },
    performanceState: readText(at(gpu, 'performance_state')),
    pcie: {
      rxBytesPerSecond: readNumber(at(gpu, 'pci', 'rx_util'), KILOBYTES_PER_SECOND),
      txBytesPerSecond: readNumber(at(gpu, 'pci', 'tx_util'), KILOBYTES_PER_SECOND),
    },
  }
}

function readPower(gpu: XmlNode): Reading<number> {
  return firstTold(
    readNumber(at(gpu, 'gpu_power_readings', 'instant_power_draw'), WATTS),
    readNumber(at(gpu, 'gpu_power_readings', 'average_power_draw'), WATTS),
    readNumber(at(gpu, 'gpu_power_readings', 'power_draw'), WATTS),
    readNumber(at(gpu, 'power_readings', 'power_draw'), WATTS),
  )
}

// the limit in force, which a board or chassis may hold below the one that was set
function readPowerLimit(gpu: XmlNode): Reading<number> {
  return firstTold(
    readNumber(at(gpu, 'gpu_power_readings', 'current_power_limit'), WATTS),
    readNumber(at(gpu, 'power_readings', 'enforced_power_limit'), WATTS),
    readNumber(at(gpu, 'power_readings', 'power_limit'), WATTS),
  )
}

const REASON = /^clocks_(?:event|throttle)_reason_/

function readThrottle(gpu: XmlNode): readonly string[] {
  const reasons = at(gpu, 'clocks_event_reasons') ?? at(gpu, 'clocks_throttle_reasons')
  return childNames(reasons)
    .filter((name) => REASON.test(name) && valueOr(readText(at(reasons, name)), '') === 'Active')
    .map((name) => printable(name.replace(REASON, '')))
    .filter((reason) => reason !== 'gpu_idle')
}
