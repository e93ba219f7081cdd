import { SECTIONS, SETTING_NAMES, settingOf, type Setting } from './settings.ts'
import { tomlEntry } from './toml-text.ts'

/** A configuration file with every setting in it as a comment, its default as the value. */
export function initText(): string {
  const sections = SECTIONS.map((section) => {
    const settings = SETTING_NAMES.map(settingOf).filter((setting) => setting.section === section)
    return [`## ${section}`, ...settings.map(entry)].join('\n\n')
  })
  return [HEAD, ...sections].join('\n\n') + '\n'
}

const HEAD = `# Configuration of llmtop, in TOML. Take the # away before a setting to change it;
# what stands there is its default, or an example where there is none.
# Variables (LLMTOP_*) and flags are stronger; 'llmtop config print' shows what is in force.`

function entry({ key, meaning, type, initial, example }: Setting<unknown>): string {
  const written = type.write(example ?? initial)
  const about = [`${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`, ...expectedLines(type.expected)]
  const value = written === undefined ? [] : tomlEntry(key, written).split('\n')
  return [...about, ...value].map((line) => `# ${line}`).join('\n')
}

const WIDTH = 76

// what the value itself shows needs no words
function expectedLines(expected: string): readonly string[] {
  if (expected === 'true or false') return []
  const lines = ['']
  for (const word of expected.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last.length + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.map((line) => `  ${line}`)
}
