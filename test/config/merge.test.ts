import { expect, test } from 'vitest'
import { parseConfig } from '../../src/config/config-file.ts'
import { lineOfTomlKey } from '../../src/config/toml-lines.ts'
import type { Issue } from '../../src/config/issue.ts'
import { mergeSettings, type Layers, type Merged } from '../../src/config/merge.ts'
import { SETTINGS, SETTING_NAMES } from '../../src/config/settings.ts'

const PATH = '/home/ann/.config/llmtop/config.toml'

async function merged(text: string, more: Partial<Layers> = {}): Promise<Merged> {
  const parsed = await parseConfig(PATH, text)
  if (parsed.kind === 'problem') throw new Error(parsed.problem)
  return mergeSettings({
    flags: {},
    variables: {},
    home: '/home/ann',
    workingFolder: '/srv/jobs',
    file: {
      path: PATH,
      folder: '/home/ann/.config/llmtop',
      format: 'toml',
      text,
      values: parsed.values,
      lineOf: (key) => lineOfTomlKey(text, key),
    },
    ...more,
  })
}

async function issuesOf(text: string, more?: Partial<Layers>): Promise<readonly Issue[]> {
  return (await merged(text, more)).issues
}

test('without anything given, every setting has its default', async () => {
  const { settings, issues } = await merged('')
  expect(issues).toEqual([])
  expect(settings).toEqual(Object.fromEntries(SETTING_NAMES.map((name) => [name, SETTINGS[name].initial])))
})

test.each([
  [{}, {}, 'light', { kind: 'file', path: PATH, line: 1 }],
  [{ LLMTOP_THEME: 'mono' }, {}, 'mono', { kind: 'environment', variable: 'LLMTOP_THEME' }],
  [{ LLMTOP_THEME: '' }, {}, 'light', { kind: 'file', path: PATH, line: 1 }],
  [{ LLMTOP_THEME: 'mono' }, { theme: 'safe' }, 'safe', { kind: 'flag', flag: '--theme' }],
])(
  'a flag is stronger than a variable, and that than the file: %j %j',
  async (variables, flags, theme, origin) => {
    const { settings, origins, issues } = await merged('theme = "light"', { variables, flags })
    expect([settings.theme, origins.theme, issues]).toEqual([theme, origin, []])
  },
)

test('all that is wrong is told at once, the weaker layers too', async () => {
  const text = `# mine
theme = "drak"
intervall = "2s"
interval = "1ms"
mouse = "yes"
hidden-columns = ["type", "modell"]
"colour" = "never"

[groups]
lab = [1]
`
  const variables = { LLMTOP_INTERVAL: 'soon', LLMTOP_CHART_SPAN: 'long' }
  expect(await issuesOf(text, { variables, flags: { theme: 'lihgt', intervalMs: '5s' } })).toEqual([
    { where: 'LLMTOP_INTERVAL', problem: "'soon' is not a time from 500ms to 1h" },
    { where: `${PATH}:4`, problem: "interval: '1ms' is not a time from 500ms to 1h" },
    {
      where: '--theme',
      problem: "'lihgt' is not one of dark, light, contrast, safe, mono; did you mean 'light'?",
    },
    {
      where: `${PATH}:2`,
      problem: "theme: 'drak' is not one of dark, light, contrast, safe, mono; did you mean 'dark'?",
    },
    { where: `${PATH}:5`, problem: "mouse: 'yes' is not true or false" },
    {
      where: 'LLMTOP_CHART_SPAN',
      problem: "'long' is not one of auto, 1m, 5m, 10m, 30m, 1h, 6h, 24h",
    },
    {
      where: `${PATH}:6`,
      problem:
        "hidden-columns: 'modell' is not a list of user, gpu, type, engine, model, vram, weights, kv, context, requests, tokens, per-min, full-in, idle, risk, cpu, resident, command; did you mean 'model'?",
    },
    {
      where: `${PATH}:9`,
      problem: `groups: '{"lab":[1]}' is not a table of names, each with a list of hosts`,
    },
    { where: `${PATH}:3`, problem: "'intervall' is no setting; did you mean 'interval'?" },
    { where: `${PATH}:7`, problem: "'colour' is no setting; did you mean 'color'?" },
  ])
})

test('text from a file is printed without its control characters', async () => {
  expect(await issuesOf('"a\\u001b[31m" = 1\ntheme = "\\u001b]0;x\\u0007"')).toEqual([
    {
      where: `${PATH}:2`,
      problem: "theme: '\ufffd]0;x\ufffd' is not one of dark, light, contrast, safe, mono",
    },
    { where: PATH, problem: "'a\ufffd[31m' is no setting; 'llmtop config print' lists them" },
  ])
})

test('a path is seen from the file that gives it, from where a flag was typed, or from home', async () => {
  const { settings } = await merged('api-key-file = "keys"\nengine-log = ["logs/a", "~/b", "/c"]')
  expect([settings.apiKeyFile, settings.engineLogs]).toEqual([
    '/home/ann/.config/llmtop/keys',
    ['/home/ann/.config/llmtop/logs/a', '/home/ann/b', '/c'],
  ])
  const typed = await merged('', { flags: { engineLogs: ['x.log'] } })
  expect(typed.settings.engineLogs).toEqual(['/srv/jobs/x.log'])
})

test('numbers are seconds, commands are one line or words, groups are lists or one range', async () => {
  const { settings, issues } = await merged(`interval = 1.5
on-warning = "notify-send 'llm top'"
chart-span = "6h"
ascii = true
[groups]
lab = "gpu[01-16]"
two = ["a", "b"]
`)
  expect(issues).toEqual([])
  expect(settings).toMatchObject({
    intervalMs: 1500,
    onWarning: ['notify-send', 'llm top'],
    chartMinutes: 360,
    ascii: true,
    groups: { lab: ['gpu[01-16]'], two: ['a', 'b'] },
  })
})
