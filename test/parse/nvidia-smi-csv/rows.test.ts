import { describe, expect, test } from 'vitest'
import { groupOf, NO_ROWS, takeCsvLine, type CsvGroup } from '../../../src/parse/nvidia-smi-csv/rows.ts'

function groupsOf(...lines: readonly string[]): readonly CsvGroup[] {
  const groups: CsvGroup[] = []
  let state = NO_ROWS
  for (const line of lines) {
    const taken = takeCsvLine(state, line)
    state = taken.state
    if (taken.ended !== undefined) groups.push(taken.ended)
  }
  const last = groupOf(state)
  return last === undefined ? groups : [...groups, last]
}

function textsOf(...lines: readonly string[]): readonly string[] {
  return groupsOf(...lines).map(({ text }) => text)
}

describe('a CSV log of nvidia-smi', () => {
  const header = 'timestamp, index, memory.used [MiB]'

  test('is one sample per round of its cards', () => {
    expect(
      textsOf(
        header,
        '2023/06/22 18:56:56.252, 0, 841 MiB',
        '2023/06/22 18:56:56.260, 1, 17 MiB',
        '2023/06/22 18:56:57.274, 0, 869 MiB',
        '2023/06/22 18:56:57.280, 1, 17 MiB',
      ),
    ).toEqual([
      `${header}\n2023/06/22 18:56:56.252, 0, 841 MiB\n2023/06/22 18:56:56.260, 1, 17 MiB`,
      `${header}\n2023/06/22 18:56:57.274, 0, 869 MiB\n2023/06/22 18:56:57.280, 1, 17 MiB`,
    ])
  })

  test('without a column that tells cards apart is one sample per time', () => {
    const columns = 'timestamp, memory.used [MiB]'
    expect(
      textsOf(
        columns,
        '2023/06/22 18:56:56.252, 841 MiB',
        '2023/06/22 18:56:56.252, 17 MiB',
        '2023/06/22 18:56:57.274, 869 MiB',
      ),
    ).toEqual([
      `${columns}\n2023/06/22 18:56:56.252, 841 MiB\n2023/06/22 18:56:56.252, 17 MiB`,
      `${columns}\n2023/06/22 18:56:57.274, 869 MiB`,
    ])
  })

  test('without cards or times is one sample per row', () => {
    expect(textsOf('memory.used [MiB], memory.free [MiB]', '1 MiB, 2 MiB', '3 MiB, 4 MiB')).toHaveLength(2)
  })

  test('may repeat its header or change its columns', () => {
    expect(
      textsOf(
        header,
        '2023/06/22 18:56:56.252, 0, 841 MiB',
        header,
        '2023/06/22 18:56:57.274, 0, 869 MiB',
        'index, memory.used [MiB]',
        '0, 7 MiB',
      ),
    ).toEqual([
      `${header}\n2023/06/22 18:56:56.252, 0, 841 MiB`,
      `${header}\n2023/06/22 18:56:57.274, 0, 869 MiB`,
      'index, memory.used [MiB]\n0, 7 MiB',
    ])
  })

  test('keeps rows of processes and words of others out', () => {
    expect(
      textsOf(
        'timestamp, gpu_name, gpu_uuid, pid, process_name, used_gpu_memory [MiB]',
        '2023/06/22 18:56:56.252, A, GPU-1, 7, python, 5 MiB',
        'timestamp',
        'Failed to initialize NVML: Unknown Error',
        header,
        'NVIDIA-SMI has failed',
        '2023/06/22 18:56:56.252, 0, 841 MiB',
      ),
    ).toEqual([`${header}\n2023/06/22 18:56:56.252, 0, 841 MiB`])
  })
})

describe('the loop of a shell that writes date and memory', () => {
  test('is one sample per line, its cards in their order', () => {
    expect(
      groupsOf(
        'Fri Jun  2 10:00:00 UTC 2023 1234 MiB, 5678 MiB 1 MiB, 2 MiB',
        'ven. 02 juin 2023 10:00:02 CEST 3 MiB, 4 MiB',
      ),
    ).toEqual([
      {
        text: 'memory.used [MiB], memory.free [MiB]\n1234 MiB, 5678 MiB\n1 MiB, 2 MiB',
        stamp: { epochMs: Date.UTC(2023, 5, 2, 10), zoned: true },
      },
      { text: 'memory.used [MiB], memory.free [MiB]\n3 MiB, 4 MiB', stamp: undefined },
    ])
  })
})
