import { beforeEach } from 'vitest'
import { systemClock } from '../../../src/runtime/clock.ts'
import { openReplay } from '../../../src/sources/replay/replay.ts'
import type { Source } from '../../../src/sources/source.ts'
import { sourceContract, type Situation } from '../../contracts/source.contract.ts'
import { fixturePath } from '../../support/fixtures.ts'

const LOGS: Readonly<Record<Situation, string>> = {
  'in-order': 'demo/recording.ndjson.gz',
  'without-nvidia-smi': 'replay/without-nvidia-smi/recording.ndjson',
}

const opened = new Map<Situation, Source>()

// a replay is opened before it is a source, because a file that is no log makes none
beforeEach(async () => {
  for (const situation of ['in-order', 'without-nvidia-smi'] as const) {
    const replay = await openReplay(fixturePath(LOGS[situation]), {
      clock: systemClock(),
      speed: Infinity,
      demo: false,
    })
    if (replay.kind === 'source') opened.set(situation, replay.source)
  }
})

sourceContract('replay', (situation) => {
  const source = opened.get(situation)
  if (source === undefined) throw new Error(`${LOGS[situation]} can't be replayed`)
  return source
})
