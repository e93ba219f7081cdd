/** Where a quantity is going. Rates are bytes per second, low and high being the honest range. */
export type Trend =
  | { readonly kind: 'too-short'; readonly spanMs: number; readonly neededMs: number }
  | { readonly kind: 'steady' }
  | {
      readonly kind: 'growing' | 'shrinking'
      /** Negative when shrinking. */
      readonly bytesPerSecond: number
      readonly lowBytesPerSecond: number
      readonly highBytesPerSecond: number
    }
