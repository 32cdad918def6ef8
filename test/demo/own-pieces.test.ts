import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { listClasses } from "../../demo/parts/list-classes.ts";
import { sortFiles } from "../../demo/pictures/given-files.ts";
import { MOST_OWN, type OwnPhoto, withGiven } from "../../demo/pictures/own-photos.ts";
import { DEFAULTS, formatSettings, parseSettings } from "../../demo/settings/settings.ts";

const file = (name: string, type = "image/jpeg") => new File(["."], name, { type, lastModified: 0 });
const names = (photos: readonly OwnPhoto[]) => photos.map((each) => each.file.name);

test("photos that were given last come first, none twice, and no more than twelve", () => {
  const first = withGiven([], [file("a"), file("b"), file("a")]);
  expect(names(first.photos)).toEqual(["a", "b"]);
  expect(first.keys).toEqual(first.photos.map(({ key }) => key));
  const second = withGiven(first.photos, [file("c"), file("b")]);
  expect(names(second.photos)).toEqual(["c", "b", "a"]);
  // The same photo is what Back knows by its key.
  expect(second.keys[1]).toBe(first.keys[1]);
  const many = withGiven(
    second.photos,
    Array.from({ length: MOST_OWN - 1 }, (_, i) => file(`${i}`)),
  );
  expect(many.photos).toHaveLength(MOST_OWN);
  expect(many.photos.at(-1)!.file.name).toBe("c");
});

test("of several files the first tells whether a video or photos are taken, and how many are left out", () => {
  const video = file("v.mp4", "video/mp4");
  expect(sortFiles([file("a"), video, file("b")])).toMatchObject({
    kind: "pictures",
    files: [{ name: "a" }, { name: "b" }],
    leftOut: 1,
  });
  expect(sortFiles([video, file("a")])).toMatchObject({ kind: "video", file: video, leftOut: 1 });
  const many = Array.from({ length: MOST_OWN + 3 }, (_, i) => file(`${i}`));
  expect(sortFiles(many)).toMatchObject({ kind: "pictures", leftOut: 3 });
});

test("an address with a photo of one's own says that no sample is shown", () => {
  const query = formatSettings({ ...DEFAULTS, sample: "file:3" });
  expect(query).toBe("?sample=");
  expect(parseSettings(query).sample).toBe("");
});

test("classes are listed by area; a film's stay where they were, gone or not, and new ones come after them", () => {
  const areas = (...pixels: number[]) =>
    pixels.map((count, id) => ({ id, name: `${id}`, colour: "#000", pixels: count, share: count / 10 }));
  expect(listClasses(areas(1, 0, 6, 3), []).ids).toEqual([2, 3, 0]);
  expect(listClasses(areas(0, 2, 3, 5), [2, 3, 0]).ids).toEqual([2, 3, 0, 1]);
});

test("the room that is kept for a sample is that of its picture", async () => {
  const { SAMPLES } = await import("../../demo/pictures/samples.ts");
  for (const { name, width, height } of SAMPLES) {
    const path = name === "street" ? "examples/street.png" : `demo/samples/${name}.jpg`;
    const found = await sharp(fileURLToPath(new URL(`../../${path}`, import.meta.url))).metadata();
    expect({ name, width, height }).toEqual({ name, width: found.width, height: found.height });
  }
});
