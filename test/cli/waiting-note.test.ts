import { expect, test } from 'vitest'
import { waitingNote } from '../../src/cli/waiting-note.ts'
import { missing } from '../../src/core/reading.ts'
import { frameWith } from '../support/scene.ts'

const UNANSWERED = { gpuSample: missing('not-yet-known') } as const

test('who waits long for nvidia-smi is told so, once', () => {
  const said: string[] = []
  const note = waitingNote((text) => said.push(text))
  note(frameWith({ ...UNANSWERED, elapsedMs: 1000 }))
  note(frameWith({ elapsedMs: 4000 }))
  expect(said).toEqual([])
  note(frameWith({ ...UNANSWERED, elapsedMs: 4000 }))
  note(frameWith({ ...UNANSWERED, elapsedMs: 5000 }))
  expect(said).toEqual(['llmtop: waiting for nvidia-smi, which takes long to answer\n'])
})
