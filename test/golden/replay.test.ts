import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { fixturePath, framesOf } from '../support/fixtures.ts'

// Each folder of fixtures/replay holds a log and the frames that it must give: the first, the last, and each at which
// something else is said than before. UPDATE_GOLDEN=1 writes them anew; read the difference before it is committed.

const FOLDERS = readdirSync(fixturePath('replay')).sort()

describe('the replay of', () => {
  test.each(FOLDERS)('%s gives the frames that stand beside it, whole', async (folder) => {
    const expectedPath = fixturePath(`replay/${folder}/expected.ndjson`)
    const lines = turningPoints(await framesOf(`replay/${folder}/${logIn(folder)}`)).map((frame) =>
      JSON.stringify(frameJson(frame)).replaceAll(fixturePath(''), ''),
    )
    if (process.env['UPDATE_GOLDEN'] === '1')
      writeFileSync(expectedPath, lines.map((line) => `${line}\n`).join(''))
    const expected = readFileSync(expectedPath, 'utf8').trimEnd().split('\n')
    expect(lines.map(parsed)).toEqual(expected.map(parsed))
    expect(lines).toEqual(expected)
  })

  test.each(FOLDERS)('%s is explained in a README', (folder) => {
    expect(existsSync(fixturePath(`replay/${folder}/README.md`))).toBe(true)
  })
})

test('a recording written by another program replays whole, and nothing is wrong with it', async () => {
  const frames = await framesOf('replay/another-program/recording.ndjson')
  const facts = frames.map(({ sequence, host, gpus: [gpu], workloads: [workload], faults }) => {
    return { sequence, host, uuid: gpu?.uuid, name: gpu?.name, id: workload?.id, faults }
  })
  const card = { uuid: 'GPU-00000000-0000-0000-0000-000000000001', name: 'NVIDIA H200' }
  expect(facts).toEqual(
    [0, 1, 2, 3].map((sequence) => ({ sequence, host: 'node7', ...card, id: 'vllm:4242', faults: [] })),
  )
})

function logIn(folder: string): string {
  const log = readdirSync(fixturePath(`replay/${folder}`)).find((name) => /^(recording|log)\./.test(name))
  if (log === undefined) throw new Error(`fixtures/replay/${folder} holds no log`)
  return log
}

function turningPoints(frames: readonly Frame[]): readonly Frame[] {
  const says = frames.map(gist)
  return frames.filter((_, at) => at === 0 || at === frames.length - 1 || says[at] !== says[at - 1])
}

function gist({ gpus, workloads, risks, faults, afterGap, gpuSample }: Frame): string {
  return JSON.stringify([
    gpus.map(({ uuid }) => uuid),
    workloads.map(({ id, state }) => [id, state]),
    risks.map(({ id, level }) => [id, level]),
    faults.map(({ fault }) => fault.kind),
    afterGap,
    gpuSample.kind === 'known' && gpuSample.value.ageMs === 0,
  ])
}

function parsed(line: string): unknown {
  return JSON.parse(line)
}
