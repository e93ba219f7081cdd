import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { filled, isEncoded, outlineOf } from '../../src/parse/xml-outline.ts'

const parser = new XMLParser({ parseTagValue: false })

describe('XML put together again from its outline is what the XML parser makes of it', () => {
  test.each([
    '<a>7</a>',
    '<a>1</a><b>0</b><c>1</c>',
    '<a> no \u00a0</a>',
    '<a></a><b/><c> \n </c>',
    '<utilization>\n\t<gpu_util>57 %</gpu_util>\n\t<memory_util>N/A</memory_util>\n</utilization>',
    '<list><entry><pid>1</pid></entry><entry><pid>2</pid><name>x</name></entry><entry>0</entry></list>',
    '<a>$1 $$ $`</a><b>a > b</b>',
    '<a>two\n  lines</a>',
  ])('%j', (xml) => {
    const { outline, values } = outlineOf(xml)
    expect(filled(parser.parse(outline), values)).toEqual(parser.parse(xml))
  })
})

test('what says other things in the same tags has the same outline', () => {
  const [one, other] = ['<a> <b>1</b><c>x</c> </a>', '<a><b>20</b>\n<c> y z </c></a>'].map(outlineOf)
  expect(one).toEqual({ outline: '<a><b>0</b><c>1</c></a>', values: ['1', 'x'] })
  expect(other).toEqual({ outline: '<a><b>0</b><c>1</c></a>', values: ['20', 'y z'] })
})

test('entities and carriage returns are for the XML parser', () => {
  expect(['a &amp; b', '&#10;', 'one\r\ntwo', 'a > b', ''].filter(isEncoded)).toEqual([
    'a &amp; b',
    '&#10;',
    'one\r\ntwo',
  ])
})
