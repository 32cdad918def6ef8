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

/**
 * TensorFlow's padding "SAME", which depends on the size of the map: `⌈size / stride⌉` outputs an axis, and where the
 * number of zeros is odd, the one more at the end (transformers' DynamicPad2d).
 */
export function samePadding(height: number, width: number, window: number, stride: number): Padding {
  const zeros = (size: number) => Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  const [down, across] = [zeros(height), zeros(width)];
  const [top, left] = [Math.floor(down / 2), Math.floor(across / 2)];
  return { top, bottom: down - top, left, right: across - left };
}

/** Zeros below and to the right, so that each axis is a multiple of the stride. */
export function endPadding(height: number, width: number, stride: number): Padding {
  const zeros = (size: number) => (stride - (size % stride)) % stride;
  return { top: 0, bottom: zeros(height), left: 0, right: zeros(width) };
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
