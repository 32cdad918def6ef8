import type { ModelMethods, RawPicture } from "../../src/index.ts";
import { detached, type Misuse, untyped } from "./odd-values.ts";

/** Wrong uses of a model that only a page can make. */
export async function pageMisuses(model: ModelMethods, picture: RawPicture): Promise<Misuse[]> {
  const image = new ImageData(4, 4);
  const bitmap = await createImageBitmap(image);
  bitmap.close();
  const frame = new VideoFrame(await createImageBitmap(image), { timestamp: 0 });
  frame.close();
  const gone = new ImageData(4, 4);
  detached(gone.data as never);
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const usage = GPUTextureUsage.COPY_SRC | GPUTextureUsage.COPY_DST;
  const foreign = device.createTexture({ size: [4, 4], format: "rgba8unorm", usage });
  const canvas = document.createElement("canvas");
  const drawn = document.createElement("canvas");
  drawn.getContext("bitmaprenderer");
  const pictures = {
    "a closed bitmap": bitmap,
    "a closed frame": frame,
    "image data whose memory went elsewhere": gone,
    "a texture of another device": foreign,
    "an empty canvas": Object.assign(document.createElement("canvas"), { width: 0 }),
    "an image that is loading": Object.assign(new Image(), { src: "/nowhere.png" }),
    "an image without a source": new Image(10, 10),
    "a video without frames": document.createElement("video"),
    "an empty blob": new Blob([]),
    "a blob that is text": new Blob(["text"], { type: "text/plain" }),
    "an element": document.createElement("div"),
    "a page": document,
    "a window": window,
    "a context": canvas.getContext("2d"),
  };
  const answer = await model.segment(picture);
  const options = {
    "a function by a wrong name": { onprogress: () => {} },
    "a function for a number": { tile: () => 8 },
    "functions in a size": { size: { width: () => 32, height: 32 } },
    "a symbol": { resize: Symbol("bilinear") },
    "an element": { surprise: document.body },
  };
  const tensor = { shape: [1, 3, 32, 32], data: new Float32Array(3 * 32 * 32) };
  return [
    ...Object.entries(pictures).flatMap(([name, source]): Misuse[] => [
      [`segment ${name} of a page`, () => model.segment(untyped(source))],
      [`segment ${name} in a list`, () => model.segment([picture, untyped(source)])],
    ]),
    ...Object.entries(options).flatMap(([name, each]): Misuse[] => [
      [`segment with ${name}`, () => model.segment(picture, untyped(each))],
      [`predict with ${name}`, () => model.predict(picture, untyped(each))],
      [`forward with ${name}`, () => model.forward(tensor, untyped(each))],
      [`plan with ${name}`, () => model.plan(untyped(each))],
      [`tune with ${name}`, () => model.tune(untyped(each))],
      [`stream with ${name}`, () => model.stream(untyped(document.createElement("video")), untyped(each)).next()],
    ]),
    ["forward a function", () => model.forward(untyped({ ...tensor, data: () => {} }))],
    ["forward a shape of functions", () => model.forward(untyped({ ...tensor, shape: [1, 3, 32, () => 32] }))],
    ["stream a stream without video", () => model.stream(new MediaStream()).next()],
    ["stream a closed frame", () => model.stream(untyped(frame)).next()],
    ["overlay a canvas of another context", () => answer.overlay(drawn)],
    ["overlay an image", () => answer.overlay(untyped(new Image()))],
  ];
}
