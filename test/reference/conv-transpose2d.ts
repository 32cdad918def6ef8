export interface ConvTranspose2dSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly size: number;
}

/**
 * torch.nn.ConvTranspose2d(kernel_size=size, stride=size) without its bias in double precision: every input pixel paints
 * one window. x `[N, H, W, C]`, weight `[C, O, size, size]` as PyTorch has it → `[N, size · H, size · W, O]`.
 */
export function convTranspose2d(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  { batch, height, width, channelsIn, channelsOut, size }: ConvTranspose2dSizes,
): Float64Array {
  const y = new Float64Array(batch * height * width * size * size * channelsOut);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        for (let u = 0; u < size; u++) {
          for (let v = 0; v < size; v++) {
            const pixel = (b * size * height + i * size + u) * size * width + j * size + v;
            for (let o = 0; o < channelsOut; o++) {
              for (let c = 0; c < channelsIn; c++) {
                const value = x[((b * height + i) * width + j) * channelsIn + c]!;
                y[pixel * channelsOut + o]! += value * weight[((c * channelsOut + o) * size + u) * size + v]!;
              }
            }
          }
        }
      }
    }
  }
  return y;
}
