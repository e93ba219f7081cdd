import type { Completed, Described } from './described.ts'
import { allOf, hostsFunction, nameOf, quoted } from './tree.ts'

/** A script for `source <(llmtop completion bash)`; needs no bash-completion. */
export function bashScript(root: Described, models: readonly string[]): string {
  const commands = allOf(root)
  return `# completion of llmtop for bash: source <(llmtop completion bash)
${hostsFunction('_llmtop_hosts')}

# 'node7', 'root@node7', and '@lab', which is a group
_llmtop_reply_hosts() {
  local typed=\${COMP_LINE:0:COMP_POINT} before= names
  typed=\${typed##*[[:space:]=]}
  if [[ $typed == *@* ]]; then
    # where bash does not begin a word at the '@', what stands before it is part of the word
    [[ $COMP_WORDBREAKS == *@* ]] || before=\${typed%@*}
    before+=@
  fi
  names=$(_llmtop_hosts "$typed")
  COMPREPLY+=($(compgen -P "$before" -W "\${names//@/}" -- "\${typed##*@}"))
}

_llmtop() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=llmtop i
  COMPREPLY=()
  # '--theme=dark' comes in three words
  [[ $word == = ]] && word=
  [[ $before == = && COMP_CWORD -ge 2 ]] && before=\${COMP_WORDS[COMP_CWORD-2]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    # behind -- stands the command of an engine
    if [[ \${COMP_WORDS[i]} == -- ]]; then
      COMPREPLY=($(compgen -f -- "$word"))
      return
    fi
    case "$command \${COMP_WORDS[i]}" in
${commands
  .filter(({ path }) => path.length > 0)
  .map((one) => `      ${quoted(nameOf(one))}) command=${quoted(nameOf(one))} ;;`)
  .join('\n')}
    esac
  done
  case "$command $before" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $word == -* ]]; then
    case $command in
${commands.map((one) => `      ${quoted(nameOf(one))}) COMPREPLY=($(compgen -W ${quoted(namesOf(one).join(' '))} -- "$word")) ;;`).join('\n')}
    esac
    return
  fi
  case $command in
${commands.flatMap((one) => operandCase(one, models)).join('\n')}
  esac
}
complete -F _llmtop llmtop
`

  function valueCases(command: Described): readonly string[] {
    return command.options.flatMap(({ names, value }) =>
      value === undefined
        ? []
        : [
            `    ${names.map((name) => quoted(`${nameOf(command)} ${name}`)).join(' | ')}) ${reply(value, models)}; return ;;`,
          ],
    )
  }
}

function operandCase(command: Described, models: readonly string[]): readonly string[] {
  const words = command.commands.map(({ path }) => path.at(-1) ?? '')
  const operand = command.operands.at(-1)
  const replies = [
    ...(words.length === 0 ? [] : [reply({ kind: 'words', words }, models)]),
    ...(operand === undefined ? [] : [reply(operand, models)]),
  ]
  return replies.length === 0 ? [] : [`    ${quoted(nameOf(command))}) ${replies.join('; ')} ;;`]
}

function namesOf(command: Described): readonly string[] {
  return command.options.flatMap(({ names }) => names)
}

const FILES = 'compopt -o filenames; COMPREPLY+=($(compgen -f -- "$word"))'

function reply(value: Completed, models: readonly string[]): string {
  switch (value.kind) {
    case 'words':
      return `COMPREPLY+=($(compgen -W ${quoted(value.words.join(' '))} -- "$word"))`
    case 'files':
      return FILES
    case 'hosts':
      return '_llmtop_reply_hosts'
    case 'models':
      return `COMPREPLY+=($(compgen -W ${quoted(models.join(' '))} -- "$word")); ${FILES}`
    case 'commands':
      return 'COMPREPLY+=($(compgen -c -- "$word"))'
    case 'text':
      return ':'
  }
}
