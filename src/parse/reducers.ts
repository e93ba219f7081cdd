import { allowedEnvironment } from './allowed-environment.ts'
import { reduceMetrics } from './engine-pages/reduce-metrics.ts'
import { reducePage } from './engine-pages/reduce-page.ts'
import { reduceLocalAddresses } from './local-addresses.ts'
import { reduceEngineLog } from './engine-log/reduce-engine-log.ts'
import { reduceNvidiaSmi } from './nvidia-smi-reduce.ts'
import { reduceWeightsIndex } from './reduce-weights-index.ts'
import type { ReducerId } from '../model/want.ts'

/** What a source keeps of an answer before the fold, the recorder or anything else sees it. */
export function reduce(id: ReducerId, text: string): string {
  switch (id) {
    case 'nvidia-smi':
      return reduceNvidiaSmi(text)
    case 'allowed-environment':
      return allowedEnvironment(text)
    case 'engine-metrics':
      return reduceMetrics(text)
    case 'engine-page':
      return reducePage(text)
    case 'local-addresses':
      return reduceLocalAddresses(text)
    case 'engine-log':
      return reduceEngineLog(text)
    case 'weights-index':
      return reduceWeightsIndex(text)
  }
}
