import { describe, expect, test } from 'vitest'
import { describeFault, faultBadge } from '../../src/core/fault.ts'
import { printable } from '../../src/core/text.ts'
import { FAULT_OF_EACH_KIND, FAULTS } from '../support/faults.ts'

describe('a fault', () => {
  test.each(FAULTS.map((fault) => [describeFault(fault), fault] as const))(
    'is said as «%s»',
    (sentence, fault) => {
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object/)
      expect(sentence).toBe(printable(sentence))
      // one sentence without a full stop that begins small, unless with a name (GPU, a URL, a quoted value, a number)
      expect(sentence).toMatch(/^(['a-z0-9]|GPU )/)
      expect(sentence).not.toMatch(/\.(\s|$)|\n/)
      expect(faultBadge(fault).length).toBeLessThanOrEqual(30)
      expect(faultBadge(fault)).toBe(printable(faultBadge(fault)))
    },
  )

  test('has a wording of its own for each kind and for each trouble of the driver', () => {
    const sentences = FAULTS.map(describeFault)
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  test('names what happened, to what, and what to try', () => {
    expect(describeFault(FAULT_OF_EACH_KIND['command-not-found'])).toBe(
      "'nvidia-smi' is not on the PATH; is the NVIDIA driver installed on this machine?",
    )
    expect(describeFault(FAULT_OF_EACH_KIND['persistence-off'])).toBe(
      "persistence mode is off on 1 GPU: each nvidia-smi start wakes the card; try 'sudo nvidia-smi -pm 1'",
    )
    expect(describeFault({ ...FAULT_OF_EACH_KIND['command-failed'], exitCode: null })).toBe(
      "'nvidia-smi' was ended by a signal: 'no way'; try it by hand",
    )
  })
})
