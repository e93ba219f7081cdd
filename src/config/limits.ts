/** The paces that sampling is made for (DESIGN §4). */
export const MINIMUM_INTERVAL_MS = 500
export const MAXIMUM_INTERVAL_MS = 3_600_000
export const DEFAULT_INTERVAL_MS = 2000
