import { join } from "node:path";
import { expect, test } from "vitest";
import { outputNames } from "../../../cli/files/output-names.ts";
import { UsageError } from "../../../src/runtime/errors.ts";

test("results are named by their pictures", () => {
  const names = outputNames(["a/street.photo.jpg", "b/cat"], "out", ["x.png"]);
  expect(names.map(({ path }) => path("x.png"))).toEqual([join("out", "street.photo.x.png"), join("out", "cat.x.png")]);
});

test.each([
  ["two pictures of one name", ["a/x.jpg", "b/x.png"]],
  ["one picture twice", ["a/x.jpg", "a/x.jpg"]],
  ["names that differ in capitals alone", ["a/x.jpg", "b/X.jpg"]],
  ["a result over another picture", ["y.jpg", "out/y.overlay.png"]],
])("%s would overwrite each other", (_, images) => {
  const call = () => outputNames(images, "out", ["overlay.png", "labels.png"]);
  expect(call).toThrow(UsageError);
  expect(call).toThrow(/want results that overwrite nothing/);
});

test("a result may replace an older one, and two folders keep two pictures of one name apart", () => {
  expect(outputNames(["a/x.jpg"], "a", ["overlay.png"])).toHaveLength(1);
  expect(outputNames(["a/x.jpg", "a/x.y.jpg"], "a", ["overlay.png"])).toHaveLength(2);
});
