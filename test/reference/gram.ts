/** `Σ_row x[row, i] · x[row, j]` of x `[rows, channels]`. */
export function gram(x: ArrayLike<number>, channels: number, i: number, j: number): number {
  let sum = 0;
  for (let at = 0; at < x.length; at += channels) sum += x[at + i]! * x[at + j]!;
  return sum;
}
