import type { Command } from 'commander'
import { SETTING_NAMES, settingOf } from '../../config/settings.ts'
import { tomlValue } from '../../config/toml-text.ts'
import { GROUPS } from '../../view/binding.ts'
import { BINDINGS } from '../../view/keymap.ts'
import { described, type Described } from '../completion/described.ts'
import { nameOf } from '../completion/tree.ts'

/** llmtop(1) as roff for man(7), made of the commands, the key table and the table of settings. */
export function manPage(program: Command, version: string): string {
  const root = described(program)
  const parts = [
    `.TH LLMTOP 1 "" "llmtop ${version}" "User Commands"`,
    '.SH NAME',
    `llmtop \\- ${plain('what holds the GPU memory, will it run out, and what to change')}`,
    '.SH SYNOPSIS',
    '.B llmtop',
    '[\\fIcommand\\fR] [\\fIoptions\\fR]',
    '.SH DESCRIPTION',
    plain(
      'A terminal dashboard for machines that run language models on NVIDIA GPUs. It reads nvidia-smi and the host, shows per process and part what holds the memory, and warns before it runs out, with what to change. Without a command it watches this machine.',
    ),
    '.SH COMMANDS',
    ...root.commands.flatMap(commandParts),
    '.SH OPTIONS',
    plain('Of the default command, watch:'),
    ...optionParts(root),
    '.SH KEYS',
    ...GROUPS.flatMap(keyParts),
    '.SH CONFIGURATION',
    plain(
      "A setting is taken from a flag, a variable, the configuration file, or its default, in this order. The file is config.toml or config.json in $XDG_CONFIG_HOME/llmtop, or ~/.config/llmtop. 'llmtop config init' makes it, 'llmtop config print' shows what is in force.",
    ),
    ...SETTING_NAMES.flatMap(settingParts),
    '.SH ENVIRONMENT',
    ...entry('LLMTOP_CONFIG', 'the configuration file to read'),
    ...entry('LLMTOP_API_KEY', 'keys for engines: ADDRESS:PORT=KEY, several separated by blanks'),
    ...entry('NO_COLOR', 'no colours on the screen'),
    '.SH EXIT STATUS',
    ...entry('0', 'done'),
    ...entry('1', 'a fault ended the run'),
    ...entry('2', 'wrong usage or configuration'),
    ...entry('3', 'a risk reached --fail-on, or fit --check is not yes'),
    ...entry('128+n', 'ended by signal n'),
    '.SH SEE ALSO',
    '.BR nvidia-smi (1),',
    '.BR ssh (1)',
  ]
  return `.\\" made by 'npm run docs'\n${parts.join('\n')}\n`
}

function commandParts(command: Described): readonly string[] {
  return [
    `.SS ${plain(nameOf(command))}`,
    plain(`${command.description}.`),
    // those of watch are the options of llmtop itself
    ...(command.path[0] === 'watch' ? [] : optionParts(command)),
    ...command.commands.flatMap(commandParts),
  ]
}

function optionParts({ options }: Described): readonly string[] {
  return options.flatMap(({ names, placeholder, description, value }) => {
    const words = value?.kind === 'words' ? `: ${value.words.join(', ')}` : ''
    const argument = placeholder === undefined ? '' : ` \\fI${plain(placeholder)}\\fR`
    return [
      '.TP',
      `\\fB${names.map(plain).join('\\fR, \\fB')}\\fR${argument}`,
      plain(`${description}${words}`),
    ]
  })
}

function keyParts(group: (typeof GROUPS)[number]): readonly string[] {
  const bindings = BINDINGS.filter((binding) => binding.group === group)
  return [`.SS ${group}`, ...bindings.flatMap(({ labels, help }) => entry(labels.join(', '), help))]
}

function settingParts(name: (typeof SETTING_NAMES)[number]): readonly string[] {
  const { key, meaning, type, initial, variable } = settingOf(name)
  const written = type.write(initial)
  const usual = written === undefined ? '' : ` Default: ${tomlValue(written)}.`
  const also = variable === undefined ? '' : ` Variable: ${variable}.`
  return entry(key, `${meaning}; ${type.expected}.${usual}${also}`)
}

function entry(term: string, meaning: string): readonly string[] {
  return ['.TP', `\\fB${plain(term)}\\fR`, plain(meaning)]
}

/** Text that roff leaves as it is: a line that begins with a dot or a quote would be a request. */
function plain(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq')
  const ascii = escaped.replace(
    /[^\n -~]/gu,
    (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
  return ascii.startsWith('.') ? `\\&${ascii}` : ascii
}
