import { DPT, filesFromUrl, type LabelImageOptions, type PictureSource } from "../../../src/index.ts";
import { withProcessor } from "../../small-models.ts";

declare global {
  /** What a model's labels look like over a grey canvas of twice their size, and alone; and what `postMessage` keeps. */
  var overlayOf: (url: string, options: LabelImageOptions) => Promise<OverlayReport>;
  /** Class and message of the error for a canvas that cannot be drawn on. */
  var overlayRefusal: (url: string) => Promise<string>;
  /** Labels of a picture as an element of a page, and from its pixels in memory. */
  var labelsOf: (url: string, file: string) => Promise<{ element: number[]; pixels: number[] }>;
}

export interface OverlayReport {
  readonly labels: number[];
  /** RGBA. */
  readonly alone: number[];
  /** RGBA of the canvas's pixels that lie at the left top of two by two. */
  readonly over: number[];
  /** Whether all two by two are alike. */
  readonly isSharp: boolean;
  /** Of the canvas's context, afterwards: its scale and opacity, and whether it smooths; 3, 0.5 and true before. */
  readonly state: readonly [scale: number, alpha: number, smooths: boolean];
  readonly cloned: string[];
}

const models = new Map<string, Promise<DPT>>();
const load = (url: string) => {
  const model = models.get(url) ?? DPT.load(withProcessor(filesFromUrl(url), { size: 32 }));
  models.set(url, model);
  return model;
};
const picture = { width: 32, height: 24, data: Uint8Array.from({ length: 3 * 32 * 24 }, (_, i) => (i * 37) % 256) };

globalThis.overlayOf = async (url, options) => {
  const model = await load(url);
  const result = await model.segment(picture);
  const canvas = new OffscreenCanvas(64, 48);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "rgb(100 100 100)";
  context.fillRect(0, 0, 64, 48);
  context.scale(3, 3);
  context.globalAlpha = 0.5;
  result.overlay(canvas, options);
  const { globalAlpha, imageSmoothingEnabled } = context;
  const state = [context.getTransform().a, globalAlpha, imageSmoothingEnabled] as const;
  const { data } = context.getImageData(0, 0, 64, 48);
  const at = (x: number, y: number) => [...data.subarray(4 * (64 * y + x), 4 * (64 * y + x) + 4)];
  const pixels = Array.from({ length: 32 * 24 }, (_, i) => [2 * (i % 32), 2 * Math.floor(i / 32)] as const);
  return {
    labels: [...result.labels],
    alone: [...result.toImageData(options).data],
    over: pixels.flatMap(([x, y]) => at(x, y)),
    isSharp: pixels.every(([x, y]) => String(at(x, y)) === String(at(x + 1, y + 1))),
    state,
    cloned: Object.keys(structuredClone(result)),
  };
};

globalThis.overlayRefusal = async (url) => {
  const model = await load(url);
  const canvas = new OffscreenCanvas(8, 8);
  canvas.getContext("bitmaprenderer");
  const result = await model.segment(picture);
  try {
    return String(result.overlay(canvas));
  } catch (error) {
    return String(error);
  }
};

globalThis.labelsOf = async (url, file) => {
  const model = await load(url);
  const blob = new Blob([Uint8Array.from(atob(file), (c) => c.charCodeAt(0))]);
  const image = Object.assign(new Image(), { src: URL.createObjectURL(blob) });
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0);
  const labels = async (source: PictureSource) => [...(await model.segment(source)).labels];
  const pixels = context.getImageData(0, 0, image.width, image.height);
  return { element: await labels(image), pixels: await labels(pixels) };
};
