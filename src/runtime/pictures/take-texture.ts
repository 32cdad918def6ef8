import { DeviceWords } from "../device/device-words.ts";
import { makeBuffer, makeTexture } from "../device/gpu-objects.ts";
import { guardErrors } from "../device/guard-errors.ts";
import { InternalError } from "../errors.ts";
import type { Drawable } from "./draw-picture.ts";
import type { Picture } from "./picture.ts";
import { refusing } from "./refusing.ts";

/** WebGPU wants rows of a texture's copy to begin at multiples of so many bytes. */
const ROW_BYTES = 256;
const RGBA: readonly GPUTextureFormat[] = ["rgba8unorm", "rgba8unorm-srgb"];
const FORMATS: readonly GPUTextureFormat[] = [...RGBA, "bgra8unorm", "bgra8unorm-srgb"];

/**
 * The pixels of a texture as it is now.
 * @throws UsageError for a format, usage or device that it cannot be copied of
 */
export async function takeTexture(texture: GPUTexture, device: GPUDevice | undefined): Promise<Picture> {
  const { width, height, format } = texture;
  if (!device || !isCopyable(texture)) throw (await refusing()).notCopyable(texture, FORMATS, device);
  let words: DeviceWords | undefined;
  try {
    await guardErrors(
      device,
      "picture",
      () => {
        words = copyTexture(device, texture);
      },
      async () => {},
    );
    return { width, height, words: RGBA.includes(format) ? words! : swapRedAndBlue(await words!.read()) };
  } catch (cause) {
    words?.dispose();
    throw cause instanceof InternalError ? (await refusing()).notCopied(cause) : cause;
  } finally {
    if (!RGBA.includes(format)) words?.dispose();
  }
}

/**
 * The pixels of what a page draws, copied at once by the browser to a buffer of the device.
 * @returns `undefined`, and at once, where the browser or the device cannot do that: draw it then
 * @throws MachineError if memory runs out
 */
export function takeDrawable(
  device: GPUDevice,
  source: Drawable,
  { width, height }: Pick<Picture, "width" | "height">,
): Promise<Picture> | undefined {
  const { maxTextureDimension2D, maxBufferSize } = device.limits;
  const isTooLarge = Math.max(width, height) > maxTextureDimension2D || height * rowBytes(width) > maxBufferSize;
  if (width === 0 || height === 0 || isTooLarge) return undefined;
  let words: DeviceWords | undefined;
  const submit = () => {
    const { COPY_SRC, COPY_DST, RENDER_ATTACHMENT } = GPUTextureUsage;
    const usage = COPY_SRC | COPY_DST | RENDER_ATTACHMENT;
    const texture = makeTexture(device, { label: "picture", size: [width, height], format: "rgba8unorm", usage });
    try {
      device.queue.copyExternalImageToTexture({ source }, { texture, colorSpace: "srgb" }, [width, height]);
      words = copyTexture(device, texture);
    } finally {
      texture.destroy();
    }
  };
  const submitted = guardErrors(device, "picture", submit, async () => {});
  const taken = submitted.then(
    () => ({ width, height, words: words! }),
    (error) => {
      words?.dispose();
      throw error;
    },
  );
  if (words) return taken;
  // Older browsers cannot copy this kind of picture, or any; and none copies what the page may not read.
  taken.catch(() => {});
  return undefined;
}

function isCopyable({ format, depthOrArrayLayers, dimension, sampleCount, usage }: GPUTexture): boolean {
  const isPlain = dimension === "2d" && depthOrArrayLayers === 1 && sampleCount === 1;
  return isPlain && (usage & GPUTextureUsage.COPY_SRC) !== 0 && FORMATS.includes(format);
}

/** Queues a copy of a texture's pixels to words of their own. */
function copyTexture(device: GPUDevice, texture: GPUTexture): DeviceWords {
  const { width, height } = texture;
  const [bytesPerRow, rowOfWords] = [rowBytes(width), 4 * width];
  const { COPY_SRC, COPY_DST } = GPUBufferUsage;
  const create = (size: number) => makeBuffer(device, { label: "picture", size, usage: COPY_SRC | COPY_DST });
  const rows = create(height * bytesPerRow);
  const encoder = device.createCommandEncoder({ label: "picture" });
  encoder.copyTextureToBuffer({ texture }, { buffer: rows, bytesPerRow }, [width, height]);
  let words = rows;
  if (bytesPerRow !== rowOfWords) {
    words = create(height * rowOfWords);
    for (let y = 0; y < height; y++) {
      encoder.copyBufferToBuffer(rows, y * bytesPerRow, words, y * rowOfWords, rowOfWords);
    }
  }
  device.queue.submit([encoder.finish()]);
  if (words !== rows) rows.destroy();
  return new DeviceWords(device, words, width * height);
}

function rowBytes(width: number): number {
  return Math.ceil((4 * width) / ROW_BYTES) * ROW_BYTES;
}

function swapRedAndBlue(words: Uint32Array): Uint32Array {
  return words.map((word) => (word & 0xff00ff00) | ((word & 255) << 16) | ((word >>> 16) & 255));
}
