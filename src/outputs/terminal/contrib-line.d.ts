// blessed-contrib 4.11 has no types for its single widget files, and its own index.d.ts does not compile.
declare module 'blessed-contrib/lib/widget/charts/line.js' {
  import type { Widgets } from 'blessed'

  /** The drawing context of drawille-canvas: dots, two to a column and four to a row. */
  interface Context {
    /** The dots of drawille: a byte and an escape sequence for each cell, row by row. */
    readonly _canvas: {
      readonly width: number
      readonly content: Uint8Array
      readonly colors: readonly (string | null | undefined)[]
      /** Of the dots to come. */
      color: number | 'normal'
      /** One dot; outside of the canvas nothing happens. */
      set(x: number, y: number): void
      clear(): void
    }
  }

  class Line extends Widgets.BoxElement {
    constructor(options: Widgets.BoxOptions)
    ctx: Context
    canvasSize: { width: number; height: number }
    /** Called on 'attach', before the canvas is made anew. */
    calcSize(): void
    /** Where the box stands on the screen; undefined while it is hidden. */
    _getCoords(get: boolean): Widgets.BoxElement['lpos'] | undefined
    // @ts-expect-error the published type forgets that a hidden box has no place
    override render(): Widgets.BoxElement['lpos'] | undefined
  }

  export = Line
}
