import type { CatalogueRow } from './row.ts'
import { model } from './row.ts'
import { configOf, TRANSFORMERS } from './sources.ts'

/** Models with recurrent layers whose makers have no file of their own here. */
export const HYBRID_ROWS: readonly CatalogueRow[] = [
  model(
    'granitemoehybrid',
    'Granite-4.0-H-Tiny',
    6_939_037_248,
    [40, 1536, 512],
    [12, 4, 128],
    [100_352, 131_072, 'tied'],
    configOf('ibm-granite/granite-4.0-h-tiny'),
    {
      aliases: ['granite4:tiny-h'],
      moe: { experts: 64, expertsUsed: 6, expertFeedForwardSize: 512, sharedFeedForwardSize: 1024 },
      recurrent: {
        layers: [true, true, true, true, true, false, true, true, true, true],
        innerSize: 3072,
        groups: 1,
        convKernel: 4,
        stateSize: 128,
      },
    },
  ),
  model(
    'lfm2',
    'LFM2-1.2B',
    1_170_340_608,
    [16, 2048, 8192],
    [32, 8, 64],
    [65_536, 128_000, 'tied'],
    configOf('LiquidAI/LFM2-1.2B'),
    {
      recurrent: {
        layers: Array.from({ length: 16 }, (_, index) => ![2, 5, 8, 10, 12, 14].includes(index)),
        convKernel: 3,
        innerSize: 2048,
        stateSize: 0,
        groups: 0,
      },
    },
  ),
  model(
    'falcon_h1',
    'Falcon-H1-7B',
    7_585_654_784,
    [44, 3072, 12_288],
    [12, 2, 128],
    [130_049, 262_144],
    configOf('tiiuae/Falcon-H1-7B-Instruct'),
    {
      recurrent: { layers: [true], convKernel: 4, innerSize: 3072, stateSize: 256, groups: 1 },
    },
  ),
  model(
    'jamba',
    'Jamba-v0.1',
    51_570_323_328,
    [32, 4096, 14_336],
    [32, 8, 128],
    [65_536, 262_144],
    TRANSFORMERS,
    {
      aliases: ['Jamba-1.5-Mini'],
      moe: { experts: 16, expertsUsed: 2, expertFeedForwardSize: 14_336, layers: [false, true] },
      recurrent: {
        layers: [true, true, true, true, false, true, true, true],
        convKernel: 4,
        innerSize: 8192,
        stateSize: 16,
        groups: 0,
      },
    },
  ),
]
