import { describe, expect, test } from 'vitest'
import { scoreOf } from '../../src/analyse/score/score.ts'
import { scoreJson } from '../../src/cli/score/json.ts'
import { scoreLines } from '../../src/cli/score/text.ts'
import { outcome, risk, watched } from './support.ts'

const told = {
  file: 'recordings/told.ndjson.gz',
  book: watched(3600, (second) => (second >= 3000 ? [risk('warn')] : [])),
  outcomes: [outcome(3600)],
}
const missed = {
  file: 'recordings/missed.ndjson.gz',
  book: watched(7200, (second) =>
    second >= 60 && second < 360 ? [risk('warn', { class: 'host-oom', id: 'host-oom:node7' })] : [],
  ),
  outcomes: [outcome(3725, { kind: 'kv-saturation', pid: 4242 })],
}
const calm = { file: 'calm.xml', book: watched(1800, () => []), outcomes: [] }

describe('the score as text', () => {
  test('is a table of at most 80 columns, then what was missed and said wrongly, by file', () => {
    const lines = scoreLines(scoreOf([told, missed, calm]))
    expect(lines.join('\n')).toBe(
      [
        '3 recordings, 3.5 h (0.5 h healthy), 2 outcomes',
        'counted as healthy, for want of a line that says what happened: calm.xml',
        '',
        'class             seen recall    lead     p10  true false prec. false/h flaps/h',
        'cuda-oom           1/1   1.00  10 min  10 min     1     0  1.00    0.00    0.00',
        'host-oom           0/0      –       –       –     0     1  0.00    0.29    0.00',
        'kv-saturation      0/1   0.00       –       –     0     0     –    0.00    0.00',
        'all                1/2   0.50  10 min  10 min     1     1  0.50    0.29    0.00',
        '',
        'Missed',
        '  recordings/missed.ndjson.gz',
        '    1:02:05  kv-saturation  pid 4242',
        '',
        'False alarms',
        '  recordings/missed.ndjson.gz',
        '    0:01:00  host-oom  transformers:9120  for 5 min',
      ].join('\n'),
    )
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('says how many outcomes nothing could foresee', () => {
    const dead = { ...calm, outcomes: [outcome(900, { foreseeable: false })] }
    expect(scoreLines(scoreOf([dead, { ...dead, outcomes: [] }, calm]))).toEqual([
      '3 recordings, 1.5 h (1.0 h healthy), 1 outcome',
      '2 counted as healthy, for want of a line that says what happened',
      '',
      'class             seen recall    lead     p10  true false prec. false/h flaps/h',
      'cuda-oom           0/0      –       –       –     0     0     –    0.00    0.00',
      'all                0/0      –       –       –     0     0     –    0.00    0.00',
      '',
      '1 outcome that nothing could foresee left out',
    ])
  })
})

describe('the score as JSON', () => {
  test('has null where there is nothing to divide by', () => {
    expect(scoreJson(scoreOf([missed]))).toMatchObject({
      schema: 'llmtop.score/1',
      files: 1,
      hours: 2,
      healthyHours: 0,
      unlabelled: [],
      all: {
        class: 'all',
        outcomes: 1,
        foreseen: 0,
        unforeseeable: 0,
        trueAlarms: 0,
        falseAlarms: 1,
        lateAlarms: 0,
        flaps: 0,
        precision: 0,
        recall: 0,
        leadSeconds: null,
        falseAlarmsPerHour: 0.5,
        flapsPerHour: 0,
      },
      misses: [
        {
          file: 'recordings/missed.ndjson.gz',
          host: 'node7',
          elapsedMs: 3_725_000,
          kind: 'kv-saturation',
          gpu: 'GPU-0',
          workload: null,
          pid: 4242,
        },
      ],
      falseAlarms: [
        {
          file: 'recordings/missed.ndjson.gz',
          host: 'node7',
          id: 'host-oom:node7',
          class: 'host-oom',
          raisedAtMs: 60_000,
          clearedAtMs: 360_000,
          gpus: ['GPU-0'],
          workloads: ['transformers:9120'],
        },
      ],
    })
  })
})
