import { SECTIONS, SETTING_NAMES, settingOf, type Setting } from './settings.ts'
import { tomlEntry, tomlValue } from './toml-text.ts'

/** The whole of docs/config.md. */
export function configMarkdown(): string {
  const sections = SECTIONS.map((section) => {
    const settings = SETTING_NAMES.map(settingOf).filter((setting) => setting.section === section)
    return [`## ${section}`, ...settings.map(describe)].join('\n\n')
  })
  return [HEAD, ...sections, TAIL].join('\n\n') + '\n'
}

const HEAD = `# Configuration

Made from the one table in \`src/config/settings.ts\`; flags, \`llmtop config init\` and the man page are made of it, too.

A setting is taken from the first that gives it:

1. a flag of this run, such as \`--theme light\`;
2. a variable of the environment, such as \`LLMTOP_THEME=light\`;
3. the configuration file, such as \`theme = "light"\`;
4. its default.

The file is \`config.toml\` (or \`config.json\`, with the same keys) in \`$XDG_CONFIG_HOME/llmtop\`, which is \`~/.config/llmtop\` where that variable is not set. \`--config FILE\` or \`LLMTOP_CONFIG=FILE\` choose another, which must be there. \`llmtop config init\` makes a file in which everything is explained, \`llmtop config path\` says where it is, and \`llmtop config print\` shows what is in force and where each value was given.

On the screen, \`F2\` changes settings and \`F12\` (or \`W\`) saves what was changed since the start. Only the lines of those keys change, comments stay, and a symbolic link stays one. What was given as a flag is for that run, and is not saved. A replay and \`llmtop ssh\` save to the same file; the speed of a replay is not saved.

All that is wrong is told at once, each with its file and line, variable or flag, and ends the run with exit code 2.`

const TAIL = `## Secrets

No setting holds a secret, and none is printed. Keys for engines stand in \`LLMTOP_API_KEY=127.0.0.1:8000=KEY\` (several separated by blanks), or in the file that \`api-key-file\` names, one \`ADDRESS:PORT=KEY\` a line. A file that others can read is refused.`

function describe(setting: Setting<unknown>): string {
  const { key, meaning, type, initial, example, flags, variable } = setting
  const written = type.write(initial)
  const shown = type.write(example ?? initial)
  const facts = [
    `takes: ${type.expected.replaceAll('"', '`')}`,
    `default: ${written === undefined || isEmpty(written) ? 'none' : `\`${tomlValue(written)}\``}`,
    ...(flags === undefined ? [] : [`flag: ${flags.map((flag) => `\`${flag}\``).join(', ')}`]),
    ...(variable === undefined ? [] : [`variable: \`${variable}\``]),
  ]
  return [
    `### \`${key}\``,
    `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`,
    facts.map((fact) => `- ${fact}`).join('\n'),
    ...(example === undefined || shown === undefined ? [] : ['```toml\n' + tomlEntry(key, shown) + '\n```']),
  ].join('\n\n')
}

function isEmpty(written: unknown): boolean {
  return Array.isArray(written) && written.length === 0
}
