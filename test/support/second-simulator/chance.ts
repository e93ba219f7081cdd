/** Random quantities as they are met in the field, from uniform numbers in [0, 1). */

export type Random = () => number

/** The wait for the next of events that come on their own, `mean` apart on average. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random())
}

/** Most are near the median, a few are many times larger. @param spread standard deviation of the logarithm */
export function logNormal(random: Random, median: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return median * Math.exp(spread * normal)
}

/** How many of such events fall into one second. Knuth's method; for means up to a few hundred. */
export function poisson(random: Random, mean: number): number {
  const least = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > least; product *= random()) count += 1
  return count
}

/** Every order of magnitude as often as every other. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random()
}
