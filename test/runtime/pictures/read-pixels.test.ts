import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/runtime/errors.ts";
import { readPixels } from "../../../src/runtime/pictures/read-pixels.ts";

describe("reads", () => {
  test("RGBA as it is, red in the lowest byte", () => {
    const data = Uint8ClampedArray.of(1, 2, 3, 4, 255, 254, 253, 252);
    const { width, height, words } = readPixels({ width: 2, height: 1, data });
    expect([width, height]).toEqual([2, 1]);
    expect([...words]).toEqual([0x04030201, 0xfcfdfeff]);
  });

  test("RGB, opaque", () => {
    const { words } = readPixels({ width: 1, height: 2, data: Uint8Array.of(1, 2, 3, 255, 0, 128) });
    expect([...words]).toEqual([0xff030201, 0xff8000ff]);
  });

  test("a view into a larger buffer, wherever it starts", () => {
    const buffer = Uint8Array.from({ length: 16 }, (_, i) => i);
    for (const start of [0, 3, 4]) {
      const { words } = readPixels({ width: 2, height: 1, data: buffer.subarray(start, start + 8) });
      expect([...new Uint8Array(words.buffer, words.byteOffset, 8)]).toEqual([...buffer.subarray(start, start + 8)]);
      expect(words).toHaveLength(2);
    }
  });

  test("a Buffer of Node, whose slice is no copy", () => {
    expect([...readPixels({ width: 1, height: 1, data: Buffer.from([1, 2, 3]) }).words]).toEqual([0xff030201]);
    const data = Buffer.from([1, 2, 3, 4]);
    const { words } = readPixels({ width: 1, height: 1, data });
    data.fill(9);
    expect([...words]).toEqual([0x04030201]);
  });

  test.each([3, 4])("memory that threads share, %i bytes a pixel", (channels) => {
    const data = new Uint8Array(new SharedArrayBuffer(channels));
    data.set([1, 2, 3, 255].slice(0, channels));
    expect([...readPixels({ width: 1, height: 1, data }).words]).toEqual([0xff030201]);
  });
});

describe("refuses", () => {
  test.each([
    [0, 5],
    [5, 0],
    [-1, 5],
    [1.5, 2],
    [Number.NaN, 1],
  ])("%dx%d pixels", (width, height) => {
    const read = () => readPixels({ width, height, data: new Uint8Array(0) });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`picture: want at least 1x1 pixels, got ${width}x${height}.`);
  });

  test.each([0, 1, 5, 7, 9, 32])("%i bytes for 2x1 pixels", (length) => {
    const read = () => readPixels({ width: 2, height: 1, data: new Uint8Array(length) });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`picture: want 8 (RGBA) or 6 (RGB) bytes for 2x1 pixels, got ${length}.`);
  });

  test.each([
    [[1, 2, 3], "Array"],
    [new Float32Array(3), "Float32Array"],
    [new Uint16Array(3), "Uint16Array"],
    [new Int8Array(3), "Int8Array"],
    [new ArrayBuffer(3), "ArrayBuffer"],
    [null, "Null"],
    [undefined, "Undefined"],
  ])("data that is no bytes: %o", (data, kind) => {
    const read = () => readPixels({ width: 1, height: 1, data: data as unknown as Uint8Array });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`picture: want data in a Uint8Array or Uint8ClampedArray, got ${kind}.`);
  });
});
