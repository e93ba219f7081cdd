// blessed-contrib 4.11 has no types for its single widget files, and its own index.d.ts does not compile.
declare module 'blessed-contrib/lib/widget/charts/line.js' {
  import type { Widgets } from 'blessed'

  /** The drawing context of drawille-canvas: dots, two to a column and four to a row. */
  interface Context {
    strokeStyle: number | 'normal'
    beginPath(): void
    moveTo(x: number, y: number): void
    lineTo(x: number, y: number): void
    stroke(): void
    readonly _canvas: { clear(): void; frame(): string }
  }

  class Line extends Widgets.BoxElement {
    constructor(options: Widgets.BoxOptions)
    ctx: Context
    canvasSize: { width: number; height: number }
    /** Called on 'attach', before the canvas is made anew. */
    calcSize(): void
    /** @param keepPlace leaves the cells alone where the box stood last */
    override setContent(text: string, keepPlace?: boolean): void
    /** @internal the box's own render, which the canvas calls with its frame as content */
    _render(): ReturnType<Widgets.BoxElement['render']>
  }

  export = Line
}
