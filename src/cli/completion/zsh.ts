import type { Completed, Described, DescribedOption } from './described.ts'
import { allOf, hostsFunction, nameOf, quoted } from './tree.ts'

/** A script for `source <(llmtop completion zsh)`, or a file _llmtop in a folder of $fpath. */
export function zshScript(root: Described, models: readonly string[]): string {
  return `#compdef llmtop
# completion of llmtop for zsh: source <(llmtop completion zsh) behind compinit
${hostsFunction('_llmtop_known_hosts')}

_llmtop_hosts() {
  local -a names
  names=(\${(f)"$(_llmtop_known_hosts "$PREFIX")"})
  compadd -a names
}

_llmtop_models() {
  local -a names
  names=(${models.map(quoted).join(' ')})
  compadd -a names
  _files
}

${allOf(root).map(commandFunction).join('\n\n')}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _llmtop "$@"
else
  compdef _llmtop llmtop
fi
`
}

function functionOf(command: Described): string {
  return `_${nameOf(command).replaceAll(' ', '_')}`
}

function commandFunction(command: Described): string {
  const options = command.options.flatMap(optionSpecs)
  if (command.commands.length === 0)
    return `${functionOf(command)}() {\n  _arguments -s ${[...options, ...operandSpecs(command)].join(' \\\n    ')}\n}`
  const entries = command.commands.map(({ path, description }) =>
    quoted(`${(path.at(-1) ?? '').replaceAll(':', '\\:')}:${description}`),
  )
  const cases = command.commands.map((one) => `      ${path(one)}) ${functionOf(one)} ;;`)
  return `${functionOf(command)}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(${entries.join('\n    ')})
  _arguments -s -C ${[...options, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
  command) _describe -t commands command commands ;;
  rest)
    case $line[1] in
${cases.join('\n')}
    esac ;;
  esac
}`
}

function path(command: Described): string {
  return command.path.at(-1) ?? ''
}

// a list in braces would be expanded; one spec for each name is the same
function optionSpecs({ names, description, value, placeholder }: DescribedOption): readonly string[] {
  const about = description.replace(/[[\]:]/g, '\\$&')
  const action = value === undefined ? '' : `:${placeholder ?? 'value'}:${actionOf(value)}`
  return names.map((name) => {
    const joined = value !== undefined && name.startsWith('--') ? '=' : ''
    return quoted(`*${name}${joined}[${about}]${action}`)
  })
}

function operandSpecs({ operands }: Described): readonly string[] {
  return operands.map((operand) => quoted(`*: :${actionOf(operand)}`))
}

function actionOf(value: Completed): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`
    case 'files':
      return '_files'
    case 'hosts':
      return '_llmtop_hosts'
    case 'models':
      return '_llmtop_models'
    case 'commands':
      return '_command_names -e'
    case 'text':
      return ' '
  }
}
