import { expect, test } from 'vitest'
import type { SignalOutcome } from '../../src/model/signal.ts'
import { sheetPanel } from '../../src/view/panels/sheet.ts'
import { signalNotice } from '../../src/view/signal-notice.ts'
import { frameWith, sceneOf } from '../support/scene.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'

const TARGET = {
  pid: 4_194_304,
  startTicks: 1,
  name: 'VLLM::EngineCor',
  user: 'mlserver',
  command: ['python3', '-m', 'vllm', 'serve', 'a\u001b[31m'],
}

test.each<[SignalOutcome, string]>([
  ['sent', 'SIGKILL was sent to process 4194304 (VLLM::EngineCor)'],
  ['gone', 'process 4194304 (VLLM::EngineCor) has ended; nothing was sent'],
  ['not-permitted', "not sent: VLLM::EngineCor belongs to mlserver; try 'sudo kill -KILL 4194304'"],
  ['refused', 'llmtop sends no signal to process 4194304 (VLLM::EngineCor)'],
])('what became of a signal fits into 80 columns: %s', (outcome, said) => {
  expect(signalNotice(TARGET, 'SIGKILL', outcome)).toBe(said)
  expect(said.length).toBeLessThan(79)
})

test.each([
  [false, ' to process 4194304, VLLM::EngineCor of mlserver   python3 -m vllm serve a\ufffd[31m'],
  [
    true,
    ' Send SIGINT to process 4194304, VLLM::EngineCor of mlserver?  y sends it   python3 -m vllm serve a\ufffd[31m',
  ],
])('a signal is asked about with the command line of its process (asked: %s)', (asked, question) => {
  const ui = { ...INITIAL_UI, sheet: { kind: 'signal', target: TARGET, index: 1, asked } } as const
  const { lines } = sheetPanel.view(sceneOf([frameWith({})], { ui }), { columns: 140, rows: 2 })
  expect(lines[1]?.map(({ text }) => text).join('')).toBe(question)
})
