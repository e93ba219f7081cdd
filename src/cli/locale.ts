/** Whether the locale promises UTF-8, by the first of the three variables that is set, as setlocale(3) reads them. */
export function isUtf8(variables: Readonly<Partial<Record<string, string>>>): boolean {
  const locale = [variables['LC_ALL'], variables['LC_CTYPE'], variables['LANG']].find(
    (value) => value !== undefined && value !== '',
  )
  return /utf-?8/i.test(locale ?? '')
}
