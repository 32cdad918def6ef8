import type { Sides } from "./conv2d.ts";

export interface MaxPool2dSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: Sides;
}

/**
 * torch.nn.functional.pad with zeros, then torch.nn.MaxPool2d without padding. x `[N, H, W, C]` → `[N, H', W', C]`. What is
 * not finite stays, minus infinity too.
 */
export function maxPool2d(x: ArrayLike<number>, sizes: MaxPool2dSizes): Float64Array {
  const { batch, height, width, channels, size, stride, padding } = sizes;
  const down = Math.floor((height + padding.top + padding.bottom - size) / stride) + 1;
  const across = Math.floor((width + padding.left + padding.right - size) / stride) + 1;
  const pixel = (n: number, row: number, column: number, c: number) => {
    const isInside = row >= 0 && row < height && column >= 0 && column < width;
    return isInside ? x[((n * height + row) * width + column) * channels + c]! : 0;
  };
  const y = new Float64Array(batch * down * across * channels);
  for (let at = 0; at < y.length; at++) {
    const c = at % channels;
    const place = Math.floor(at / channels);
    const top = (Math.floor(place / across) % down) * stride - padding.top;
    const left = (place % across) * stride - padding.left;
    const n = Math.floor(place / across / down);
    const window = Array.from({ length: size * size }, (_, i) =>
      pixel(n, top + Math.floor(i / size), left + (i % size), c),
    );
    y[at] = window.findLast((value) => !Number.isFinite(value)) ?? Math.max(...window);
  }
  return y;
}
