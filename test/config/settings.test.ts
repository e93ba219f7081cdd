import { readFile } from 'node:fs/promises'
import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { configMarkdown } from '../../src/config/config-markdown.ts'
import { initText } from '../../src/config/init-text.ts'
import { SETTING_NAMES, settingOf } from '../../src/config/settings.ts'

test.each(SETTING_NAMES)('%s reads back what it writes', (name) => {
  const { type, initial, example } = settingOf(name)
  for (const value of [initial, example]) {
    const written = type.write(value)
    if (written !== undefined) expect(type.read(written)).toEqual(value)
  }
})

test('every key, flag and variable stands for one setting', () => {
  const settings = SETTING_NAMES.map(settingOf)
  const names = settings.flatMap(({ key, flags = [], variable = key }) => [key, ...flags, variable])
  expect(new Set(names.filter((name) => name !== 'groups')).size).toBe(names.length - 2)
})

test('the file of config init is TOML, and has no value in force', () => {
  expect(parse(initText())).toEqual({})
})

test('taking the # away in the file of config init gives defaults and examples', () => {
  const live = initText().replace(/^# (?=[\w-]+ = |\[)/gm, '')
  const expected = SETTING_NAMES.map(settingOf).map(({ key, type, initial, example }) => [
    key,
    type.write(example ?? initial),
  ])
  expect(parse(live)).toEqual(Object.fromEntries(expected))
})

test('no line of the file of config init is wider than 100 columns', () => {
  expect(
    initText()
      .split('\n')
      .filter((line) => line.length > 100),
  ).toEqual([])
})

test('docs/config.md is made from the table of settings', async () => {
  const path = new URL('../../docs/config.md', import.meta.url)
  expect(await readFile(path, 'utf8'), "'npm run docs' writes docs/config.md").toBe(configMarkdown())
})
