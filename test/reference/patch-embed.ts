export interface PatchEmbedSizes {
  readonly batch: number;
  readonly channelsIn: number;
  readonly height: number;
  readonly width: number;
  readonly patch: number;
  readonly channelsOut: number;
  /** Tokens before the patches; the class token alone if left out. */
  readonly leading?: number;
}

/**
 * torch.nn.Conv2d(kernel_size=patch, stride=patch) without its bias, flattened, in double precision, with a row of zeros
 * for each leading token before each image. Pixels `[N, C, H, W]`, weight `[D, C, patch, patch]` → `[N, R + h · w, D]`.
 */
export function patchProducts(
  pixels: ArrayLike<number>,
  weight: ArrayLike<number>,
  { batch, channelsIn, height, width, patch, channelsOut, leading = 1 }: PatchEmbedSizes,
): Float64Array {
  const [down, across] = [Math.floor(height / patch), Math.floor(width / patch)];
  const y = new Float64Array(batch * (leading + down * across) * channelsOut);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j++) {
        const token = b * (leading + down * across) + leading + i * across + j;
        for (let d = 0; d < channelsOut; d++) {
          let sum = 0;
          for (let c = 0; c < channelsIn; c++) {
            for (let u = 0; u < patch; u++) {
              for (let v = 0; v < patch; v++) {
                const pixel = pixels[((b * channelsIn + c) * height + i * patch + u) * width + j * patch + v]!;
                sum += pixel * weight[((d * channelsIn + c) * patch + u) * patch + v]!;
              }
            }
          }
          y[token * channelsOut + d] = sum;
        }
      }
    }
  }
  return y;
}

/**
 * What is added to the products: the leading tokens to the first rows of each image, bias and position to the others. Bias
 * `[D]`, leading tokens `[R, D]`, positions `[patches, D]` → `[N, R + patches, D]`.
 */
export function patchOffsets(
  bias: ArrayLike<number>,
  leading: ArrayLike<number>,
  positions: ArrayLike<number>,
  { batch, channelsOut }: PatchEmbedSizes,
): Float64Array {
  const image = leading.length + positions.length;
  return Float64Array.from({ length: batch * image }, (_, i) => {
    const [at, d] = [i % image, i % channelsOut];
    return at < leading.length ? leading[at]! : bias[d]! + positions[at - leading.length]!;
  });
}
