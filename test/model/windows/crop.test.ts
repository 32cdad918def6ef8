import { expect, test } from "vitest";
import { crop, mirror, reduce } from "../../../src/model/windows/crop.ts";

const picture = { width: 3, height: 2, words: Uint32Array.of(1, 2, 3, 4, 5, 6) };

test("cuts a part out, and turns it round", () => {
  const part = { top: 0, left: 1, width: 2, height: 2 };
  expect([...crop(picture, part, false)]).toEqual([2, 3, 5, 6]);
  expect([...crop(picture, part, true)]).toEqual([3, 2, 6, 5]);
  expect([...mirror(Float32Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([3, 2, 1, 6, 5, 4]);
});

test("means of boxes, smaller ones at the end", () => {
  const grey = (value: number) => (value | (value << 8) | (value << 16) | 0xff000000) >>> 0;
  const words = Uint32Array.from([10, 20, 90, 30, 40, 110, 200, 202, 7], grey);
  expect(reduce({ width: 3, height: 3, words }, 2)).toEqual({
    width: 2,
    height: 2,
    words: Uint32Array.from([25, 100, 201, 7], grey),
  });
  expect(reduce({ width: 1, height: 1, words: Uint32Array.of(0x00302010) }, 2).words).toEqual(
    Uint32Array.of(0xff302010),
  );
  expect(reduce(picture, 1)).toEqual(picture);
});
