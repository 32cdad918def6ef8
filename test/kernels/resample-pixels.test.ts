import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { pillowCoefficients } from "../../src/kernels/pillow-coefficients.ts";
import { resamplePixels } from "../../src/kernels/resample-pixels.ts";
import type { Coefficients, Resample } from "../../src/kernels/shared/antialias.ts";
import { torchvisionCoefficients } from "../../src/kernels/torchvision-coefficients.ts";
import { runKernel } from "../run-kernel.ts";

/**
 * SHA-256 of the RGB bytes of `image.resize((W, h), filter).resize((W, H), filter)` in Pillow 12.3 for filters 0 to 5,
 * of the picture [w, h] whose byte i is `(i · 2654435761 mod 2^32) >> 24`; the first 8 digits. In two steps since
 * Pillow 12 turns the passes round for pictures over 100 times as tall as wide.
 */
const PILLOW: readonly (readonly [w: number, h: number, W: number, H: number, hashes: string])[] = [
  [1, 1, 14, 14, "07261347 07261347 07261347 07261347 07261347 07261347"],
  [20000, 3, 14, 28, "d12c1c93 03426b54 29863296 3108ad72 da95ba54 03e7a6c1"],
  [3, 2000, 42, 5, "55279d2f 7388dd5d c2c7efda c0f8a748 4315d308 8a878028"],
  [37, 53, 1, 1, "bd0a89b3 d732297b d732297b d8d83e15 d8d83e15 d8d83e15"],
  [1, 7, 5, 1, "92981472 e94c45c9 d2fa84f2 896e8268 fa96fe8b 0ba27543"],
  [64, 48, 31, 97, "bfc85538 fa21a9ae 106b26c1 822a6b09 aae7115d aaa8bfad"],
  [3, 5, 200, 2, "55521ea0 14b90f44 8160ad16 18077599 6bbf838f d708c69b"],
  [100, 100, 33, 100, "b22cd6d0 a72316ef 93fc7ae5 e283b60b c7fa55f8 5e105920"],
  [19, 7, 19, 50, "866b1c86 4431efda f6d02a17 87fc2abb 866b1c86 492e3866"],
  [3, 20000, 4, 9, "e77b6c7d 3d2b0fd6 f23f53c5 9b7b6d23 94f5935c 739556c8"],
];

/** The same of torchvision 0.28's `resize(antialias=True)` on tensors of bytes, torch 2.13 on a CPU, for filters 0, 2 and 3. */
const TORCHVISION: readonly (readonly [w: number, h: number, W: number, H: number, hashes: string])[] = [
  [1, 1, 14, 14, "07261347 07261347 07261347"],
  [20000, 3, 14, 28, "d12c1c93 29863296 3108ad72"],
  [3, 2000, 42, 5, "55279d2f c2c7efda c0f8a748"],
  [1, 7, 5, 1, "92981472 d2fa84f2 896e8268"],
  [64, 48, 31, 97, "a6ba474b a79ee3cc 314ca031"],
  [3, 5, 200, 2, "55521ea0 1b21232b bd5cae0f"],
  [100, 100, 33, 100, "b22cd6d0 93fc7ae5 cda7b653"],
  [19, 7, 19, 50, "866b1c86 f6d02a17 3291bd31"],
  [3, 20000, 4, 9, "e77b6c7d f23f53c5 9b7b6d23"],
  [480, 360, 392, 392, "e29326be 1bb63822 bfab6070"],
  [61, 40, 97, 64, "ca146db0 ebdbbed4 c3ea9c27"],
];

const byteAt = (i: number) => Math.imul(i, 2654435761 | 0) >>> 24;

/** Alpha is noise, which must not matter. */
function picture(width: number, height: number): Uint32Array {
  return Uint32Array.from({ length: width * height }, (_, i) => {
    const [r, g, b] = [byteAt(3 * i), byteAt(3 * i + 1), byteAt(3 * i + 2)];
    return (r | (g << 8) | (b << 16) | (i << 24)) >>> 0;
  });
}

type Way = (inSize: number, outSize: number, resample: Resample) => Coefficients;

async function resize(pixels: Uint32Array, [w, h]: number[], [W, H]: number[], filter: Resample, way: Way) {
  let result = pixels;
  for (const direction of ["horizontal", "vertical"] as const) {
    const [inSize, outSize] = direction === "horizontal" ? [w!, W!] : [h!, H!];
    const { taps, weightBits, bounds, weights } = way(inSize, outSize, filter);
    const width = direction === "horizontal" ? w! : W!;
    const kernel = resamplePixels({ height: h!, width, direction, outSize, taps, weightBits });
    result = new Uint32Array(await runKernel(kernel, result, bounds, weights));
  }
  return result;
}

async function hashesOf([w, h, W, H]: number[], filters: readonly Resample[], way: Way): Promise<string> {
  const got: string[] = [];
  for (const filter of filters) {
    const pixels = await resize(picture(w!, h!), [w!, h!], [W!, H!], filter, way);
    expect(pixels.every((pixel) => pixel >>> 24 === 255)).toBe(true);
    const rgb = Uint8Array.from([...pixels].flatMap((p) => [p & 255, (p >> 8) & 255, (p >> 16) & 255]));
    got.push(createHash("sha256").update(rgb).digest("hex").slice(0, 8));
  }
  return got.join(" ");
}

test.each(PILLOW)("resizes %i×%i to %i×%i as Pillow does, to the bit", async (w, h, W, H, hashes) => {
  expect(await hashesOf([w, h, W, H], [0, 1, 2, 3, 4, 5], pillowCoefficients)).toBe(hashes);
});

test.each(TORCHVISION)("resizes %i×%i to %i×%i as torchvision does, to the bit", async (w, h, W, H, hashes) => {
  // torchvision leaves a picture of the wanted size as it is; so does the model, which skips such passes.
  expect(await hashesOf([w, h, W, H], [0, 2, 3], torchvisionCoefficients)).toBe(hashes);
});

test("goes on beyond 65,535 workgroups", async () => {
  const [height, outSize] = [2100, 2048];
  expect((height * outSize) / 64).toBeGreaterThan(65535);
  const { taps, weightBits, bounds, weights } = pillowCoefficients(1, outSize, 2);
  const column = picture(1, height).map((pixel) => (pixel | 0xff000000) >>> 0);
  const params = { height, width: 1, direction: "horizontal", outSize, taps, weightBits } as const;
  const got = new Uint32Array(await runKernel(resamplePixels(params), column, bounds, weights));
  expect(got.findIndex((pixel, i) => pixel !== column[Math.floor(i / outSize)])).toBe(-1);
});
