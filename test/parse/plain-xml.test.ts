import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { readPlainXml } from '../../src/parse/plain-xml.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { seededRandom } from '../support/random.ts'
import { MUTATIONS } from './mutations.ts'
import { fixture, TWO_GPUS } from './nvidia-smi-documents.ts'

const LISTS = new Set(['process_info', 'mig_device', 'supported_mem_clock', 'supported_graphics_clock'])

describe('plain XML', () => {
  test.each([
    ['a card', '<gpu id="00000000:18:00.0">\n\t<uuid>GPU-1</uuid>\n\t<fan_speed>N/A</fan_speed>\n</gpu>\n'],
    ['lists', '<a><process_info><pid>1</pid></process_info><process_info></process_info></a>'],
    ['a list of one', '<a><mig_device><index>0</index></mig_device></a>'],
    ['nothing', '<processes>\n\n</processes>'],
    ['blanks around a text', '<name> a  b </name>'],
    ['several roots', '<a>1</a><b>2</b>'],
  ])('of %s reads as the whole parser reads it', (_, text) => {
    expect(readPlainXml(text, LISTS)).toEqual(parsed(text))
  })

  test('is what a document consists of', () => {
    const documents = [fixture('mig-with-processes'), fixture('unified-memory'), nvidiaSmiXml({ gpus: [{}] })]
    for (const block of documents.flatMap(blocksOf)) expect(readPlainXml(block, LISTS)).toEqual(parsed(block))
  })

  test('is never read otherwise than by the whole parser, whatever happens to a document', () => {
    const random = seededRandom(1)
    for (const { apply } of MUTATIONS) {
      for (let run = 0; run < 10; run += 1) {
        const damaged = apply(TWO_GPUS, random)
        const plain = readPlainXml(damaged, LISTS)
        if (plain !== undefined) expect(plain).toEqual(parsed(damaged))
      }
    }
  })
})

describe('XML of any other kind is left to the whole parser', () => {
  test.each([
    ['an entity', '<name>a &amp; b</name>'],
    ['another attribute', '<a class="b">1</a>'],
    ['an empty tag', '<a/>'],
    ['a comment', '<a><!-- b --></a>'],
    ['a character section', '<a><![CDATA[1]]></a>'],
    ['a declaration', '<?xml version="1.0" ?><a>1</a>'],
    ['a name twice', '<a><b>1</b><b>2</b></a>'],
    ['a text before an element', '<a>1<b>2</b></a>'],
    ['a text after an element', '<a><b>2</b>1</a>'],
    ['a text outside', 'x<a>1</a>'],
    ['a carriage return', '<a>1\r\n2</a>'],
    ['a reserved name', '<__proto__>1</__proto__>'],
    ['the wrong end', '<a><b>1</a></b>'],
    ['an end too many', '<a>1</a></a>'],
    ['no end', '<a><b>1</b>'],
  ])('%s', (_, text) => {
    expect(readPlainXml(text, LISTS)).toBeUndefined()
  })
})

function parsed(text: string): unknown {
  return new XMLParser({
    parseTagValue: false,
    htmlEntities: true,
    isArray: (name) => LISTS.has(name),
  }).parse(text)
}

function blocksOf(document: string): readonly string[] {
  return document.match(/<gpu [^]*?<\/gpu>/g) ?? []
}
