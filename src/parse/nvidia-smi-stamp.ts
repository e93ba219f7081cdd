const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const STAMP =
  /<timestamp>\s*[A-Za-z]{3} +([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2}) +(\d{4})\s*<\/timestamp>/

/**
 * The document's own time stamp (`Wed Jan 22 04:28:25 2025`, one second of grain) as epoch milliseconds.
 * It has no time zone: it is taken as UTC, so that the digits of the log are the digits of the frames on every machine.
 */
export function nvidiaSmiStamp(document: string): number | undefined {
  const match = STAMP.exec(document.slice(0, 4096))
  if (match === null) return undefined
  const [month = '', ...numbers] = match.slice(1)
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = numbers.map(Number)
  const monthAt = MONTHS.indexOf(month)
  return monthAt === -1 ? undefined : Date.UTC(year, monthAt, day, hour, minute, second)
}
