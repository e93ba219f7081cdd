import type { Completed, Described, DescribedOption } from './described.ts'
import { allOf, hostsFunction } from './tree.ts'

/** A script for `llmtop completion fish | source`, or a file llmtop.fish in ~/.config/fish/completions. */
export function fishScript(root: Described, models: readonly string[]): string {
  return `# completion of llmtop for fish: llmtop completion fish | source
function __llmtop_hosts
    sh -c ${fishQuoted(`${hostsFunction('hosts')}; hosts "$1"`)} sh (commandline -ct)
end

# the commands among the words before the cursor, such as 'doctor ssh'
function __llmtop_command
    set -l command
    for word in (commandline -opc)[2..-1]
        switch (string join ' ' -- $command $word)
            case ${allOf(root)
              .filter(({ path }) => path.length > 0)
              .map(({ path }) => fishQuoted(path.join(' ')))
              .join(' ')}
                set -a command $word
        end
    end
    test "$command" = "$argv"
end

complete -c llmtop -f
${allOf(root)
  .flatMap((command) => linesOf(command, models))
  .join('\n')}
`
}

function linesOf(command: Described, models: readonly string[]): readonly string[] {
  const here = `complete -c llmtop -n ${fishQuoted(['__llmtop_command', ...command.path].join(' '))}`
  const below = command.commands.map(
    ({ path, description }) => `${here} -a ${fishQuoted(path.at(-1) ?? '')} -d ${fishQuoted(description)}`,
  )
  const operand = command.operands.at(-1)
  return [
    ...below,
    ...(operand === undefined ? [] : [`${here} ${valueFlags(operand, models)}`]),
    ...command.options.map((option) => `${here} ${optionFlags(option, models)}`),
  ]
}

function optionFlags({ names, description, value }: DescribedOption, models: readonly string[]): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  const about = `-d ${fishQuoted(description)}`
  return [...flags, about, ...(value === undefined ? [] : ['-r', valueFlags(value, models)])].join(' ')
}

function valueFlags(value: Completed, models: readonly string[]): string {
  switch (value.kind) {
    case 'words':
      return `-f -a ${fishQuoted(value.words.join(' '))}`
    case 'files':
      return '-F'
    case 'hosts':
      return "-f -a '(__llmtop_hosts)'"
    case 'models':
      return `-F -a ${fishQuoted(models.join(' '))}`
    case 'commands':
      return "-f -a '(__fish_complete_command)'"
    case 'text':
      return '-f'
  }
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
