import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 optimize only what runs for a hundred times longer than it usually asks for. A program that works for a few
 * hundredths of a second at each tick never earns back what its optimizing compiler costs: functions that are made anew at
 * each tick (most callbacks are) lose their machine code at the next collection of garbage and are compiled again, for
 * hours, which was a third of all CPU time. What stays is optimized all the same, later. For what samples at an interval,
 * not for logs that are read as fast as can be. V8 reads the flag whenever it begins to count anew (the interrupt budget of
 * its tiering manager), so it may be set while the program runs.
 */
export function compileUnhurriedly(): void {
  setFlagsFromString('--interrupt-budget=8000000')
}
