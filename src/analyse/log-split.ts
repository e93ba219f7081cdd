import { known, missing, type Reading } from '../core/reading.ts'
import type { DeviceBuffers, ReportedMemory } from '../model/reported-memory.ts'
import { noParts, type Parts } from './parts.ts'

/**
 * What an engine printed of its memory, where its model is not known to the estimator: buffers by device, or the account
 * of each rank. `at`: the number of the card among those of the workload.
 */
export function partsOfLog(reported: ReportedMemory, at: number): Parts {
  const gpus = reported.devices.filter(({ onHost }) => !onHost).toSorted(byName)
  return reported.devices.length > 0 ? partsOfBuffers(gpus[at]) : partsOfAccount(reported)
}

function byName(a: DeviceBuffers, b: DeviceBuffers): number {
  return a.device.localeCompare(b.device, 'en', { numeric: true })
}

const UNSAID = missing('not-reported', 'its log does not say it')

function partsOfBuffers(buffers: DeviceBuffers | undefined): Parts {
  if (buffers === undefined) return noParts(UNSAID)
  const { weightsBytes, kvBytes, stateBytes, computeBytes, outputBytes } = buffers
  return {
    weightsBytes: known(weightsBytes),
    kvBytes: known(kvBytes),
    stateBytes: known(stateBytes),
    activationsBytes: known(computeBytes + outputBytes),
    overheadBytes: UNSAID,
  }
}

function partsOfAccount(reported: ReportedMemory): Parts {
  const { weightsBytes, kvBytes, stateBytes, activationBytes, nonTorchBytes, cudaGraphBytes } = reported
  const beside = [nonTorchBytes, cudaGraphBytes].filter((bytes) => bytes !== undefined)
  return {
    weightsBytes: said(weightsBytes),
    kvBytes: said(kvBytes),
    stateBytes: said(stateBytes),
    activationsBytes: said(activationBytes),
    overheadBytes: beside.length === 0 ? UNSAID : known(beside.reduce((a, b) => a + b, 0)),
  }
}

function said(bytes: number | undefined): Reading<number> {
  return bytes === undefined ? UNSAID : known(bytes)
}
