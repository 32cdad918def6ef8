/** `x [H, W]` with zeros after each row: `[H, filled]`. */
export function alignRows(x: ArrayLike<number>, height: number, width: number, filled: number): number[] {
  const y = new Array<number>(height * filled).fill(0);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) y[row * filled + column] = x[row * width + column]!;
  }
  return y;
}
