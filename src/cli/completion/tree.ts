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
 * A function of any POSIX shell that prints the hosts which ssh knows: names in its configuration and in known_hosts, where
 * they are not hashed.
 */
export function hostsFunction(name: string): string {
  return `${name}() {
  {
    cat ~/.ssh/config ~/.ssh/config.d/* 2>/dev/null |
      awk 'tolower($1) == "host" { for (i = 2; i <= NF; i++) if ($i !~ /[*?!]/) print $i }'
    cat ~/.ssh/known_hosts 2>/dev/null |
      awk '$1 !~ /^[|@#]/ { split($1, names, ","); if (names[1] !~ /^\\[/) print names[1] }'
  } | sort -u
}`
}
