import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { kibibytes } from '../../src/core/units.ts'
import { parseLoad1 } from '../../src/parse/loadavg.ts'
import { parseMeminfo } from '../../src/parse/meminfo.ts'
import { parsePressure } from '../../src/parse/pressure.ts'
import { parseUptimeSeconds } from '../../src/parse/uptime.ts'
import { parseUsers } from '../../src/parse/users.ts'
import { parseOomKills } from '../../src/parse/vmstat.ts'

const absent = missing('not-reported')

describe('/proc/meminfo', () => {
  const text = `MemTotal:       131617404 kB
MemFree:         1201384 kB
MemAvailable:   90112000 kB
SwapCached:            7 kB
SwapTotal:       8388604 kB
SwapFree:        8000000 kB
Shmem:           2048000 kB
ShmemHugePages:        0 kB
`

  test('is read in bytes', () => {
    expect(parseMeminfo(text)).toEqual({
      totalBytes: known(kibibytes(131_617_404)),
      freeBytes: known(kibibytes(1_201_384)),
      availableBytes: known(kibibytes(90_112_000)),
      swapTotalBytes: known(kibibytes(8_388_604)),
      swapFreeBytes: known(kibibytes(8_000_000)),
      shmemBytes: known(kibibytes(2_048_000)),
    })
  })

  test('of an old kernel has no available memory, which is not zero', () => {
    expect(parseMeminfo(text.replace(/MemAvailable.*\n/, '')).availableBytes).toEqual(absent)
  })

  test('that is not there leaves everything missing', () => {
    expect(Object.values(parseMeminfo(''))).toEqual(Array(6).fill(absent))
  })
})

describe('/proc/vmstat', () => {
  test('counts the kills for memory', () => {
    expect(parseOomKills('nr_free_pages 1\ndrop_slab 0\noom_kill 3\nnuma_hit 9\n')).toEqual(known(3))
  })

  test('of a kernel before 4.13 does not', () => {
    expect(parseOomKills('nr_free_pages 1\nthp_oom_kill 3\n')).toEqual(absent)
  })
})

describe('/proc/pressure/memory', () => {
  test('gives both shares of the last ten seconds', () => {
    const text =
      'some avg10=12.50 avg60=1.00 avg300=0.30 total=8812\nfull avg10=0.00 avg60=0.10 avg300=0.03 total=812\n'
    expect(parsePressure(text)).toEqual({ someAvg10Percent: known(12.5), fullAvg10Percent: known(0) })
  })

  test('may be off', () => {
    expect(parsePressure('')).toEqual({ someAvg10Percent: absent, fullAvg10Percent: absent })
  })
})

test('/proc/loadavg begins with the load of a minute', () => {
  expect(parseLoad1('12.08 10.51 9.80 3/1234 5678\n')).toEqual(known(12.08))
  expect(parseLoad1('busy')).toEqual(absent)
})

test('/proc/uptime begins with the seconds since boot', () => {
  expect(parseUptimeSeconds('350735.47 234388.90\n')).toEqual(known(350_735.47))
  expect(parseUptimeSeconds('')).toEqual(absent)
})

test('users are lines of uid and name; the first name of a uid counts', () => {
  expect([...parseUsers('0:root\r\n1000:ann b\n0:toor\n\nnonsense\n-1:x\n7:\n8:e\u001b[2J\n')]).toEqual([
    [0, 'root'],
    [1000, 'ann b'],
    [8, 'e\ufffd[2J'],
  ])
})
