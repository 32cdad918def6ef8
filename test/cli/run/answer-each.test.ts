import { expect, test } from "vitest";
import { answerEach } from "../../../cli/run/answer-each.ts";
import { type FailedPicture, FailedPictures } from "../../../cli/run/failed-pictures.ts";
import { InternalError, MemoryError, NumberError, UsageError } from "../../../src/index.ts";

const items = ["a", "b", "c"].map((image) => ({ image }));

/** Fails for all that run with `image`. */
const failing = (image: string, error: unknown) => async (some: readonly { readonly image: string }[]) => {
  if (some.some((item) => item.image === image)) throw error;
  return some.map((item) => `${item.image} of ${some.length}`);
};

function heard() {
  const told: FailedPicture[] = [];
  return { told, failed: new FailedPictures((picture) => told.push(picture)) };
}

test.each([
  new NumberError("segment: not finite"),
  new MemoryError("segment: too large"),
  new UsageError("picture: too small"),
])("pictures that run together are asked one by one when one fails: %s", async (error) => {
  const { told, failed } = heard();
  const answers = await answerEach(items, failing("b", error), failed);
  expect(answers.map(([{ image }, answer]) => [image, answer])).toEqual([
    ["a", "a of 1"],
    ["c", "c of 1"],
  ]);
  expect(told).toEqual([{ image: "b", error: `b: ${error.message}` }]);
  const message = `segment: want 3 pictures, got 1 that could not be done; the others are. b: ${error.message}`;
  expect(() => failed.throwIfAny("segment", 3)).toThrow(expect.objectContaining({ name: "FileError", message }));
});

test("what is no picture's fault ends the list", async () => {
  for (const error of [new InternalError("x"), new TypeError("y")]) {
    const { told, failed } = heard();
    await expect(answerEach(items, failing("b", error), failed)).rejects.toBe(error);
    expect(told).toEqual([]);
  }
});

test("an error that all have is thrown itself, as it is an option's", async () => {
  const error = new UsageError("picture: want a patch");
  const { failed } = heard();
  for (const item of items) expect(await answerEach([item], failing(item.image, error), failed)).toEqual([]);
  expect(() => failed.throwIfAny("segment", 3)).toThrow(error);
  expect(() => failed.throwIfAny("segment", 4)).toThrow(/got 3 that .* a: picture: want a patch \(nor b, c\)$/);
  expect(await answerEach([], failing("a", error), failed)).toEqual([]);
  expect(() => heard().failed.throwIfAny("segment", 3)).not.toThrow();
});
