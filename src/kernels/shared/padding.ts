/** Rows and columns that a window sees around a map. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** As many on each side, as PyTorch's layers have them; or what is given. */
export function perSide(padding: number | Padding): Padding {
  if (typeof padding !== "number") return padding;
  return { top: padding, bottom: padding, left: padding, right: padding };
}

/** Rows and columns of what a square window makes of a map. */
export function windowed(
  { height, width }: Record<"height" | "width", number>,
  { size, stride }: Record<"size" | "stride", number>,
  { top, bottom, left, right }: Padding,
): readonly [number, number] {
  const places = (padded: number) => Math.floor((padded - size) / stride) + 1;
  return [places(height + top + bottom), places(width + left + right)];
}
