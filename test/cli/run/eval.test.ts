import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { expect, test } from "vitest";
import { npy } from "../../../formats/index.ts";
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
  // A parser of XML that forgives nothing; cells are blue, all else is black and white.
  const { channels } = await sharp(join(scores, "confusion.svg")).flatten({ background: "white" }).stats();
  expect(channels[2]!.mean).toBeGreaterThan(channels[0]!.mean);
});

test("eval of relative depth, aligned to its own answer, is without error", async () => {
  const [images, truth, scores] = ["rgb", "depth", "depth-scores"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(images);
  await sharp("examples/street.png").resize(61, 40).png().toFile(join(images, "street.png"));
  const model = ["--model", "weights/depth-anything-v2-small", "--size", "56x42"];
  const made = await runCli("depth", join(images, "street.png"), "-o", truth, "--formats", "npy", ...model);
  expect(made.code, made.stderr).toBe(0);
  // Metres whose inverse is the answer, scaled and shifted.
  const bytes = await readFile(join(truth, "street.depth.npy"));
  const inverse = new Float32Array(new Uint8Array(bytes.subarray(-4 * 61 * 40)).buffer);
  await writeFile(
    join(truth, "street.npy"),
    npy(
      { width: 61, height: 40 },
      inverse.map((d) => 1 / (0.02 * d + 0.1)),
    ),
  );
  const { code, stdout, stderr } = await runCli("eval", images, "--labels", truth, "-o", scores, "--align", ...model);
  expect(code, stderr).toBe(0);
  const told = JSON.parse(await readFile(join(scores, "eval.json"), "utf8"));
  expect(told).toMatchObject({ delta1: 1, aligned: true, pixels: 61 * 40 });
  // f32 on the way into the file and back.
  expect(told.absRel).toBeLessThan(1e-6);
  expect(stdout).toMatch(/^AbsRel +0\.0000$/m);
});
