import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

test("eval scores its own labels as right, and others by how many are changed", async () => {
  const [images, out, scores] = ["images", "out", "scores"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(images);
  await sharp("examples/street.png").resize(61, 40).png().toFile(join(images, "street.png"));
  const options = ["--size", "56x42", "--json"];
  const made = await runCli("segment", join(images, "street.png"), "-o", out, "--formats", "labels", ...options);
  expect(made.code, made.stderr).toBe(0);
  const { data } = decode(await readFile(join(out, "street.labels.png")));
  // Ten pixels do not count: config.json says that 11 is ignored. Twenty are wrong.
  const truth = Uint8Array.from(data, (label, i) => (i < 10 ? 11 : i < 30 ? (label + 1) % 11 : label));
  await mkdir(join(folder, "truth"));
  await sharp(truth, { raw: { width: 61, height: 40, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toFile(join(folder, "truth", "street.png"));
  const { code, stdout, stderr } = await runCli(
    "eval",
    images,
    "--labels",
    join(folder, "truth"),
    "-o",
    scores,
    ...options,
  );
  expect(code, stderr).toBe(0);
  const told = JSON.parse(stdout);
  expect(told.aAcc).toBeCloseTo((61 * 40 - 30) / (61 * 40 - 10), 12);
  expect(told.classes).toHaveLength(11);
  expect(told.ignored).toBe(11);
  const pixels = told.classes.reduce((sum: number, { pixels }: { pixels: number }) => sum + pixels, 0);
  expect(pixels).toBe(61 * 40 - 10);
  expect((await readdir(scores)).sort()).toEqual(["confusion.svg", "eval.json"]);
  expect(JSON.parse(await readFile(join(scores, "eval.json"), "utf8")).mIoU).toBe(told.mIoU);
});
