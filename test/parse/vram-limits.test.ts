import { describe, expect, test } from 'vitest'
import { parseDmem, pciKey } from '../../src/parse/cgroup-dmem.ts'
import { parseMpsLimits } from '../../src/parse/mps-limit.ts'

describe('device memory of a control group', () => {
  test('is read by PCI address, of NVIDIA’s driver and of those of the kernel', () => {
    const text = 'nvidia/0000:18:00.0/vidmem 42949672960\ndrm/0000:A1:00.0/vram0 1024\n'
    expect(parseDmem(text)).toEqual(
      new Map([
        ['0000:18:00.0', 42_949_672_960],
        ['0000:a1:00.0', 1024],
      ]),
    )
    expect(pciKey('00000000:A1:00.0')).toBe('0000:a1:00.0')
  })

  test.each(['nvidia/0000:18:00.0/vidmem max', 'drm/0000:03:00.0/stolen 4096', 'vidmem 7', '', '\0'])(
    '%j limits nothing',
    (line) => {
      expect(parseDmem(line)).toEqual(new Map())
    },
  )
})

test.each<[string, readonly [string, number][]]>([
  [
    '0=1G,1=512MB',
    [
      ['0', 1024],
      ['1', 512],
    ],
  ],
  ['GPU-7a3f=24g', [['GPU-7a3f', 24 * 1024]]],
  ['0 = 2048M ', [['0', 2048]]],
  ['0=2,1=x,=3G,0=0G', []],
  ['', []],
])('a limit of MPS, %j', (text, expected) => {
  expect(parseMpsLimits(text).map(({ device, bytes }) => [device, bytes / 1024 ** 2])).toEqual(expected)
})
