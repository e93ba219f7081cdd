import type { Described } from './described.ts'

/** A command and all below it. */
export function allOf(command: Described): readonly Described[] {
  return [command, ...command.commands.flatMap(allOf)]
}

/** The name of a command in a script: `llmtop doctor ssh`. */
export function nameOf({ path }: Described): string {
  return ['llmtop', ...path].join(' ')
}

/** For single quotes of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * A function of any POSIX shell that prints what a host can be called: behind `@`, which is its argument, the groups of the
 * configuration; else the hosts which ssh knows, by its own configuration and known_hosts where they are not hashed.
 */
export function hostsFunction(name: string): string {
  return `${name}() {
  case $1 in
  @*)
    llmtop config print 2>/dev/null | awk 'groups { print "@" $1 } /^\\[groups\\]/ { groups = 1 }'
    return ;;
  esac
  {
    cat ~/.ssh/config ~/.ssh/config.d/* 2>/dev/null |
      awk 'tolower($1) == "host" { for (i = 2; i <= NF; i++) if ($i !~ /[*?!]/) print $i }'
    cat ~/.ssh/known_hosts 2>/dev/null |
      awk '$1 !~ /^[|@#]/ { split($1, names, ","); if (names[1] !~ /^\\[/) print names[1] }'
  } | sort -u
}`
}
