import 'blessed'

// What the published types leave out of blessed 0.1.81 and llmtop uses (lib/widgets/screen.js, lib/tput.js).
declare module 'blessed' {
  /** A cell: its attributes, packed as flags << 18 | foreground << 9 | background, and its character. */
  type ScreenCell = [attributes: number, character: string]

  interface ScreenLine extends Array<ScreenCell> {
    dirty: boolean
  }

  namespace Widgets {
    interface Screen {
      /** What is to be on the screen. */
      readonly lines: ScreenLine[]
      /** What the terminal shows, as far as blessed knows. */
      readonly olines: ScreenLine[]
      /** Attributes of plain text. */
      readonly dattr: number
      /** Takes the alternate screen, and gives it back. */
      enter(): void
      leave(): void
    }

    interface Tput {
      brokenACS: boolean
    }
  }

  /** The terminfo reader; `ipaths` are the folders in which it looks for entries. */
  const tput: { ipaths: unknown[] }
}
