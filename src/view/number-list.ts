/** `0`, `0,1`, `0-7`: rising numbers, a run of more than two by its ends. */
export function numberList(numbers: readonly number[]): string {
  const [first = 0] = numbers
  const isRun = numbers.length > 2 && numbers.every((number, i) => number === first + i)
  return isRun ? `${first}-${numbers.at(-1) ?? first}` : numbers.join(',')
}
