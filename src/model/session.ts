/** How the run is being watched, for the badges of the screen. */
export type SessionState =
  | { readonly kind: 'live'; readonly intervalMs: number }
  | {
      readonly kind: 'replay'
      /** `Infinity` is as fast as it goes. */
      readonly speed: number
      readonly paused: boolean
      readonly ended: boolean
      /** Share of the file that has been played, 0–1. */
      readonly progressRatio: number
      /** The bundled demo: labelled DEMO wherever it is shown. */
      readonly demo: boolean
    }

/** What a viewer may ask of a source. */
export type SourceCommand =
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** One sample forward while paused. */
  | { readonly kind: 'step' }
  | { readonly kind: 'speed'; readonly factor: number }
