export interface Conv2dSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly size: number;
  readonly stride: number;
  /** Zeros on each side, or by side. */
  readonly padding: number | Sides;
}

export type Sides = Readonly<Record<"top" | "bottom" | "left" | "right", number>>;

/**
 * torch.nn.Conv2d without its bias in double precision. x `[N, H, W, C]`, weight `[O, C, size, size]` as PyTorch has
 * it → `[N, H', W', O]`.
 */
export function conv2d(x: ArrayLike<number>, weight: ArrayLike<number>, sizes: Conv2dSizes): Float64Array {
  const { batch, height, width, channelsIn, channelsOut, size, stride, padding } = sizes;
  const even = { top: padding, bottom: padding, left: padding, right: padding };
  const { top, bottom, left, right } = (typeof padding === "number" ? even : padding) as Sides;
  const outHeight = Math.floor((height + top + bottom - size) / stride) + 1;
  const outWidth = Math.floor((width + left + right - size) / stride) + 1;
  const y = new Float64Array(batch * outHeight * outWidth * channelsOut);
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let o = 0; o < channelsOut; o++) {
          let sum = 0;
          for (let u = 0; u < size; u++) {
            for (let v = 0; v < size; v++) {
              const [row, column] = [i * stride + u - top, j * stride + v - left];
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (let c = 0; c < channelsIn; c++) {
                const pixel = x[((b * height + row) * width + column) * channelsIn + c]!;
                sum += pixel * weight[((o * channelsIn + c) * size + u) * size + v]!;
              }
            }
          }
          y[at++] = sum;
        }
      }
    }
  }
  return y;
}
