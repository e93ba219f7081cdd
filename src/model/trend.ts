/** Where a quantity is going. Rates are per second, low and high being the honest range. */
export type Trend =
  | { readonly kind: 'too-short'; readonly spanMs: number; readonly neededMs: number }
  | { readonly kind: 'steady' }
  /** It is not measured, or moves and nobody knows what that is in bytes. */
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'growing' | 'shrinking'
      /** Negative when shrinking. */
      readonly bytesPerSecond: number
      readonly lowBytesPerSecond: number
      readonly highBytesPerSecond: number
      /** Of a KV cache: the same in tokens. */
      readonly tokensPerSecond?: number
    }
