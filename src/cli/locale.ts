type Variables = Readonly<Partial<Record<string, string>>>

/** Whether to draw in ASCII; `auto`: unless the locale is UTF-8, and on Linux's own console. */
export function drawsInAscii(setting: boolean | 'auto', variables: Variables): boolean {
  return setting === 'auto' ? !isUtf8(variables) || isLinuxConsole(variables) : setting
}

/** Whether the locale promises UTF-8, by the first of the three variables that is set, as setlocale(3) reads them. */
export function isUtf8(variables: Variables): boolean {
  const locale = [variables['LC_ALL'], variables['LC_CTYPE'], variables['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  return /utf-?8/i.test(locale ?? '')
}

/** It has room for 512 signs (console_codes(4)), and the fonts that it comes with have none for curves. */
export function isLinuxConsole(variables: Variables): boolean {
  return variables['TERM'] === 'linux'
}
