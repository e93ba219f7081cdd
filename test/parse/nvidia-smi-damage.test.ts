import { describe, expect, test } from 'vitest'
import { describeFault } from '../../src/core/fault.ts'
import { known } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import { MAX_DOCUMENT_LENGTH, parseNvidiaSmi } from '../../src/parse/nvidia-smi.ts'
import type { Fault } from '../../src/core/fault.ts'
import { BUSY, documentOf, faultOf, IDLE, malformed, TWO_GPUS } from './nvidia-smi-documents.ts'

describe('a GPU that is lost', () => {
  test('before the document is a fault, and the others stand', () => {
    const line = 'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error\n'
    const { gpus, faults } = documentOf(line + TWO_GPUS.replace('<attached_gpus>2', '<attached_gpus>3'))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE, BUSY])
    expect(faults).toEqual([{ kind: 'gpu-unreadable', gpu: '0000:34:00.0', text: 'Unknown Error' }])
  })

  test('from the list without a word is a fault', () => {
    const { faults } = documentOf(TWO_GPUS.replace('<attached_gpus>2', '<attached_gpus>8'))
    expect(faults).toEqual([{ kind: 'gpus-missing', listed: 2, attached: 8 }])
    expect(faults.map(describeFault)[0]).toContain('2 of 8 GPUs')
  })

  test('but still listed, with error texts for values, is a fault', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace(IDLE, 'GPU is lost'))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([BUSY])
    expect(faults).toEqual([{ kind: 'gpu-unreadable', gpu: '00000000:18:00.0', text: 'GPU is lost' }])
  })

  test('for all is told by a list of none', () => {
    const none = TWO_GPUS.replace(/ {4}<gpu [^]*<\/gpu>\n/, '').replace(
      '<attached_gpus>2',
      '<attached_gpus>0',
    )
    expect(documentOf(none)).toMatchObject({
      gpus: [],
      faults: [{ kind: 'driver-trouble', trouble: 'no-devices' }],
    })
  })

  test("the driver's own error string is a fault", () => {
    const text = TWO_GPUS.replace(
      '</cuda_version>',
      '</cuda_version><error_string>GPU requires reset</error_string>',
    )
    expect(documentOf(text).faults).toEqual([
      { kind: 'driver-trouble', trouble: 'reset-required', text: 'GPU requires reset' },
    ])
  })
})

describe('a damaged document', () => {
  test('without its end is a fault, never a shorter list', () => {
    const end = TWO_GPUS.indexOf('</nvidia_smi_log>')
    const firstGpu = TWO_GPUS.indexOf('</gpu>') + 10
    expect(faultOf(TWO_GPUS.slice(0, end))).toEqual(truncated(2))
    expect(faultOf(TWO_GPUS.slice(0, firstGpu))).toEqual(truncated(1))
    expect(faultOf(TWO_GPUS.slice(0, 30))).toEqual(truncated(0))
    expect(faultOf('<?')).toEqual(truncated(0))
  })

  test('without its beginning is a fault', () => {
    expect(faultOf('used</a>\n</nvidia_smi_log>')).toEqual(malformed('its start', 'used</a>'))
  })

  test('with a damaged GPU keeps the other and names the damaged one', () => {
    for (const [found, torn] of [
      ['unpaired tags', TWO_GPUS.replace('<uuid>', 'uuid>')],
      ['unpaired tags', TWO_GPUS.replace('</uuid>', '/uuid>')],
      ['unpaired tags', TWO_GPUS.replace('<pci>', '</pci><pci><pci>')],
      [
        'unpaired tags',
        TWO_GPUS.replace('</fan_speed>', '</fam_speed>').replace('<fan_speed>', '<fan_speeds>'),
      ],
      ['unpaired tags', TWO_GPUS.replace('<product_name>', `<product_name ${'x="1" '.repeat(99)}>`)],
      ['unpaired tags', TWO_GPUS.replace('<pci>', '<pci><__proto__>1</__proto__>')],
    ] as const) {
      const { gpus, faults } = documentOf(torn)
      expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE])
      expect(faults).toEqual([malformed('GPU 00000000:2A:00.0', found)])
    }
  })

  test('with a tag longer than any of nvidia-smi has no such GPU', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace('<gpu id', `<gpu ${'a="1" '.repeat(99)}id`))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE])
    expect(faults).toEqual([malformed('GPU #0', 'unpaired tags')])
  })

  test('with something else for a uuid has no such GPU', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace(BUSY, `${BUSY} = x`))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE])
    expect(faults).toEqual([
      { kind: 'gpu-unreadable', gpu: '00000000:2A:00.0', text: `${BUSY.slice(0, 39)}…` },
    ])
  })

  test('with a GPU that does not end keeps the one after it', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace('</gpu>', ''))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE])
    expect(faults).toEqual([malformed('GPU 00000000:2A:00.0', 'no closing tag')])
  })

  test('with a GPU that does not begin says so', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace('<gpu id', '<gpv id'))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE])
    expect(faults).toEqual([malformed('its head', 'unpaired tags')])
  })

  test('with one GPU twice shows it once and says so', () => {
    const block = TWO_GPUS.slice(TWO_GPUS.indexOf('    <gpu '), TWO_GPUS.indexOf('</gpu>') + 7)
    const { gpus, faults } = documentOf(TWO_GPUS.replace(block, block + block))
    expect(gpus.map((gpu) => gpu.uuid)).toEqual([IDLE, BUSY])
    expect(faults).toEqual([malformed('GPU 00000000:2A:00.0', `${BUSY} a second time`)])
  })

  test('of cards without uuids knows them by their bus ids', () => {
    const without = TWO_GPUS.replaceAll(/<uuid>.*<\/uuid>/g, '<uuid>N/A</uuid>')
    expect(documentOf(without).gpus.map((gpu) => gpu.uuid)).toEqual(['00000000:18:00.0', '00000000:2A:00.0'])
  })

  test('whose uuids somebody has masked keeps its GPUs', () => {
    for (const mask of ['GPU-xxxx', '[REDACTED]']) {
      const masked = TWO_GPUS.replaceAll(/<uuid>.*<\/uuid>/g, `<uuid>${mask}</uuid>`)
      expect(documentOf(masked).gpus.map((gpu) => gpu.uuid)).toEqual([mask, mask])
    }
  })

  test('with a process without a pid keeps the other processes', () => {
    const { gpus, faults } = documentOf(TWO_GPUS.replace('<pid>4242</pid>', '<pid>N/A</pid>'))
    expect(gpus[1]?.processes.kind === 'known' && gpus[1].processes.value.map(({ pid }) => pid)).toEqual([
      5150,
    ])
    expect(faults).toEqual([malformed('a process of GPU 00000000:2A:00.0', 'no pid')])
  })

  test('with a declaration of entities is refused', () => {
    const bomb = TWO_GPUS.replace('dtd">', 'dtd" [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>')
    expect(faultOf(bomb)).toEqual(malformed('its DOCTYPE', 'an internal subset'))
  })

  test('of more GPUs or characters than any machine has is refused', () => {
    const crowd = `<nvidia_smi_log>${'<gpu id="0"></gpu>'.repeat(257)}</nvidia_smi_log>`
    expect(faultOf(crowd)).toEqual(malformed('its GPUs', '257 of them'))
    expect(faultOf(TWO_GPUS.padEnd(MAX_DOCUMENT_LENGTH + 1))).toEqual({
      kind: 'too-large',
      what: 'nvidia-smi',
      maxBytes: MAX_DOCUMENT_LENGTH,
    })
  })
})

describe('several documents in one text', () => {
  const other = TWO_GPUS.replace('575.57.08', '580.1')

  test('the last complete one counts', () => {
    expect(documentOf(other + TWO_GPUS)).toEqual(documentOf(TWO_GPUS))
    expect(documentOf(TWO_GPUS + other).driverVersion).toEqual(known('580.1'))
  })

  test('a torn one before or after it is a fault', () => {
    const torn = TWO_GPUS.slice(0, TWO_GPUS.lastIndexOf('<gpu '))
    for (const text of [torn + other, other + torn]) {
      expect(documentOf(text)).toMatchObject({ driverVersion: known('580.1'), faults: [truncated(1)] })
    }
  })
})

describe('blocks that have not changed', () => {
  test('are the same GPU as before, and changed ones are read', () => {
    const first = parseNvidiaSmi(TWO_GPUS)
    const second = parseNvidiaSmi(TWO_GPUS.replace('73400 MiB', '73401 MiB'), first.parts)
    const [before, after] = [first, second].map(({ answer }) =>
      answer.kind === 'document' ? answer.document.gpus : [],
    )
    expect(after?.[0]).toBe(before?.[0])
    expect(after?.[1]?.memory.usedBytes).toEqual(known(mebibytes(73401)))
    expect([first.parts.gpus.size, second.parts.gpus.size]).toEqual([2, 2])
  })

  test('take the index they have now', () => {
    const first = parseNvidiaSmi(TWO_GPUS)
    const swapped = TWO_GPUS.replace(/<gpu id="00000000:2A[^]*?<\/gpu>/, '').replace(
      '<minor_number>0',
      '<minor_number>0',
    )
    const withoutMinor = swapped.replace(/(<minor_number>)\d/, '$1N/A')
    expect(documentOf(swapped, first.parts).gpus.map((gpu) => gpu.index)).toEqual([0])
    expect(documentOf(withoutMinor, first.parts).gpus.map((gpu) => gpu.index)).toEqual([0])
  })

  test('are forgotten when they have a fault', () => {
    const { parts } = parseNvidiaSmi(TWO_GPUS.replace('<pid>4242</pid>', '<pid>N/A</pid>'))
    expect([...parts.gpus.values()].map((gpu) => gpu.uuid)).toEqual([IDLE])
  })
})

function truncated(gpusSeen: number): Fault {
  return { kind: 'truncated', part: 'nvidia-smi', gpusSeen }
}
