/** The title of a suite; where it can't run, the reason stands in it. */
export function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title}: skipped, ${reason}`
}
