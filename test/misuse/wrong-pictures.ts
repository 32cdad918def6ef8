import { detached, side, without } from "./odd-values.ts";

/** Wrong pictures of every kind that is not a page's alone. */
export const WRONG_PICTURES: readonly (readonly [string, () => unknown])[] = [
  ...without("undefined", "an empty list").map(([name, value]) => [name, () => value] as const),
  ["a string", () => "photo.jpg"],
  ["a picture of no pixels", () => ({ ...side(0), data: new Uint8Array(0) })],
  ["a picture of NaN pixels", () => ({ ...side(Number.NaN), data: new Uint8Array(12) })],
  ["a picture of −2 pixels", () => ({ ...side(-2), data: new Uint8Array(12) })],
  ["a picture of 1.5 pixels", () => ({ ...side(1.5), data: new Uint8Array(7) })],
  ["a picture of endless pixels", () => ({ ...side(Number.POSITIVE_INFINITY), data: new Uint8Array(12) })],
  ["a picture whose size is text", () => ({ width: "2", height: "2", data: new Uint8Array(12) })],
  ["a picture with too few bytes", () => ({ ...side(2), data: new Uint8Array(11) })],
  ["a picture without data", () => side(2)],
  ["a picture whose data is null", () => ({ ...side(2), data: null })],
  ["a picture whose data is a list", () => ({ ...side(2), data: new Array(12).fill(0) })],
  ["a picture whose data is its memory", () => ({ ...side(2), data: new ArrayBuffer(12) })],
  ["a picture of floats", () => ({ ...side(2), data: new Float32Array(12) })],
  ["a picture of signed bytes", () => ({ ...side(2), data: new Int8Array(12) })],
  ["a picture whose memory went elsewhere", () => ({ ...side(2), data: detached(new Uint8Array(12)) })],
  ["bytes", () => new Uint8Array(12)],
  ["what only has a size", () => ({ size: 3, type: "image/png" })],
  ["what looks like a blob", () => ({ arrayBuffer: 1, slice: 1 })],
  ["what looks like a texture", () => ({ createView: 1 })],
  ["what looks like a video", () => ({ videoWidth: 10, videoHeight: 10, readyState: 4 })],
  ["what looks like an image", () => ({ naturalWidth: 10, naturalHeight: 10 })],
  ["a response", () => new Response("x")],
];
