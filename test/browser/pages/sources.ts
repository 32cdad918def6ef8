import type { Frames } from "../../../src/model/stream/frame.ts";
import { stillFrames } from "../../../src/model/stream/still-frames.ts";
import { inMemory, type Picture, type PictureSource, takePicture } from "../../../src/runtime/pictures/picture.ts";
import { crossingPicture } from "../../../src/worker/crossing-picture.ts";
import { videoFrameOf } from "./video-frame-of.ts";

/** Ways in which a page holds a picture. */
export type SourceKind = keyof typeof makers;

declare global {
  /**
   * The pixels that a picture file (base64) has as a source of a kind, or as what of it goes to a worker, and whether they
   * went straight to the device.
   */
  var pixelsOf: (
    kind: SourceKind,
    file: string,
    toWorker?: boolean,
  ) => Promise<{ size: string; words: number[]; onDevice: boolean }>;
  /** The same of pixels in another colour space or format. */
  var imageDataOf: (settings: object, values: number[]) => Promise<number[]>;
  /** A VideoFrame's pixels as a source (in the page, as it goes to a worker, of a stream with `longest`), and as a canvas draws it. */
  var frameOf: (
    format: VideoPixelFormat | "bitmap",
    settings: object,
    where: "page" | "worker" | "stream",
  ) => Promise<{ size: string; words: number[]; drawnSize: string; drawn: number[] }>;
  /** The words of a canvas that is painted over right after the call. */
  var wordsBeforePaint: () => Promise<number[]>;
  /** Class and message of the error for a source that cannot be read. */
  var refusalOf: (
    kind: "empty blob" | "loading image" | "idle video" | "string" | "object" | "foreign texture" | "float texture",
  ) => Promise<string>;
}

const adapter = (await navigator.gpu.requestAdapter())!;
const device = await adapter.requestDevice();
const straight = { premultiplyAlpha: "none" } as const;

const makers = {
  blob: async (blob: Blob) => blob,
  bitmap: (blob: Blob) => createImageBitmap(blob, straight),
  image: async (blob: Blob) => {
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    await image.decode();
    return image;
  },
  canvas: canvasOf,
  "offscreen canvas": async (blob: Blob) => drawn(await createImageBitmap(blob)),
  "image data": imageDataFrom,
  "video frame": async (blob: Blob) => new VideoFrame(await createImageBitmap(blob), { timestamp: 0 }),
  video: async (blob: Blob) => {
    const canvas = await canvasOf(blob);
    const video = Object.assign(document.createElement("video"), { muted: true, srcObject: canvas.captureStream() });
    await video.play();
    return video;
  },
  "texture rgba8unorm": (blob: Blob) => textureOf(blob, "rgba8unorm"),
  "texture bgra8unorm-srgb": (blob: Blob) => textureOf(blob, "bgra8unorm-srgb"),
} satisfies Record<string, (blob: Blob) => Promise<PictureSource>>;

async function canvasOf(blob: Blob): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(blob);
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  return canvas;
}

async function imageDataFrom(blob: Blob): Promise<ImageData> {
  const canvas = drawn(await createImageBitmap(blob));
  return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
}

function drawn(bitmap: ImageBitmap): OffscreenCanvas {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  return canvas;
}

/** A texture whose bytes are the file's, in the order that its format has. */
async function textureOf(blob: Blob, format: GPUTextureFormat, owner = device): Promise<GPUTexture> {
  const { width, height, data } = await imageDataFrom(blob);
  const bytes = new Uint8Array(data);
  if (format.startsWith("bgra")) for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 3).reverse();
  const usage = GPUTextureUsage.COPY_DST | GPUTextureUsage.COPY_SRC;
  const texture = owner.createTexture({ size: [width, height], format, usage });
  owner.queue.writeTexture({ texture }, bytes, { bytesPerRow: 4 * width }, [width, height]);
  return texture;
}

async function wordsOf(picture: Picture): Promise<number[]> {
  return [...(await inMemory(picture)).words];
}

globalThis.pixelsOf = async (kind, file, toWorker = false) => {
  const blob = new Blob([Uint8Array.from(atob(file), (c) => c.charCodeAt(0))]);
  const source: PictureSource = await makers[kind](blob);
  const crossed = toWorker ? ((await crossingPicture(source)).picture as PictureSource) : source;
  const picture = await takePicture(crossed, device);
  const onDevice = !(picture.words instanceof Uint32Array);
  return { size: `${picture.width}x${picture.height}`, words: await wordsOf(picture), onDevice };
};

globalThis.imageDataOf = async (settings, values) => {
  const { pixelFormat } = settings as { pixelFormat?: string };
  const Floats = (globalThis as unknown as { Float16Array: typeof Float32Array }).Float16Array;
  const data = pixelFormat === "rgba-float16" ? Floats.from(values) : Uint8ClampedArray.from(values);
  return wordsOf(await takePicture(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, 1, 1, settings), device));
};

globalThis.frameOf = async (format, settings, where) => {
  const frame = await videoFrameOf(format, settings);
  const longest = where === "stream" ? Math.max(frame.displayWidth, frame.displayHeight) / 2 : Number.POSITIVE_INFINITY;
  const scale = where === "stream" ? 0.5 : 1;
  const [width, height] = [scale * frame.displayWidth, scale * frame.displayHeight];
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  Object.assign(context, { imageSmoothingQuality: "high" }).drawImage(frame, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const source =
    where === "page"
      ? frame
      : where === "worker"
        ? ((await crossingPicture(frame)).picture as PictureSource)
        : (await stillFrames(onlyFrame(frame), longest).next())!.picture;
  const picture = await takePicture(source, device);
  frame.close();
  return {
    size: `${picture.width}x${picture.height}`,
    words: await wordsOf(picture),
    drawnSize: `${width}x${height}`,
    drawn: [...new Uint32Array(data.buffer)],
  };
};

function onlyFrame(picture: VideoFrame): Frames {
  return { dropped: 0, next: async () => ({ picture, came: 0 }), close: () => {} };
}

globalThis.wordsBeforePaint = async () => {
  const canvas = new OffscreenCanvas(2, 1);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#102030";
  context.fillRect(0, 0, 2, 1);
  const taking = takePicture(canvas, device);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, 2, 1);
  return wordsOf(await taking);
};

globalThis.refusalOf = async (kind) => {
  const tiny = await drawn(await createImageBitmap(new ImageData(1, 1))).convertToBlob();
  const sources = {
    "empty blob": () => new Blob([]),
    "loading image": () => Object.assign(new Image(), { src: "/nowhere.png" }),
    "idle video": () => document.createElement("video"),
    string: () => "https://example.org/photo.jpg",
    object: () => ({ width: 3 }),
    "foreign texture": async () => {
      return textureOf(tiny, "rgba8unorm", await (await navigator.gpu.requestAdapter())!.requestDevice());
    },
    "float texture": () => device.createTexture({ size: [1, 1], format: "r32float", usage: GPUTextureUsage.COPY_DST }),
  };
  const source = (await sources[kind]()) as PictureSource;
  const error = await takePicture(source, device).catch((reason: Error) => reason);
  return String(error);
};
