import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { expect, test } from "vitest";
import { hexOf } from "../../../src/model/palettes/hex-of.ts";
import { pngHeader } from "../pictures/png-header.ts";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();

test("segment labels the embedded street", async () => {
  const output = join(folder, "segment");
  const { code, stdout, stderr } = await runCli(
    "segment",
    "-o",
    output,
    "--size",
    "58x42",
    "--labels",
    "--json",
    "--profile",
  );
  expect(code, stderr).toBe(0);
  const told = JSON.parse(stdout);
  const [picture] = told.pictures;
  expect(picture).toMatchObject({ width: 480, height: 360, network: { width: 58, height: 42 } });
  expect(Math.min(told.milliseconds.load, picture.milliseconds.compile, picture.milliseconds.run)).toBeGreaterThan(0);
  expect(picture.profile.length).toBeGreaterThan(100);
  expect((await readdir(output)).sort()).toEqual(["street.labels.json", "street.labels.png", "street.overlay.png"]);

  const png = await readFile(join(output, "street.labels.png"));
  expect(pngHeader(png)).toEqual({ width: 480, height: 360, depth: 8, colour: "indexed" });
  const { data: ids, palette } = decode(png);
  const data = [...ids];
  expect(palette).toHaveLength(11);
  const { classes } = JSON.parse(await readFile(join(output, "street.labels.json"), "utf8"));
  expect(classes[3]).toMatchObject({ id: 3, name: "road", colour: "#804080" });
  for (const { id, colour, pixels, share } of classes) {
    expect(hexOf(palette![id] as [number, number, number])).toBe(colour);
    expect(data.filter((label) => label === id).length).toBe(pixels);
    expect(share).toBeCloseTo(pixels / (480 * 360), 12);
  }
  const shares = picture.classes.map(({ share }: { share: number }) => share);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 12);

  const overlay = await sharp(join(output, "street.overlay.png")).raw().toBuffer();
  const photo = await sharp("examples/street.png").raw().toBuffer();
  const at = 3 * (200 * 480 + 77);
  const colour = palette![data[200 * 480 + 77]!]!;
  expect([0, 1, 2].map((c) => overlay[at + c])).toEqual(
    [0, 1, 2].map((c) => Math.round((photo[at + c]! + colour[c]!) / 2)),
  );
});

test("a picture that is cut short costs no other", async () => {
  const [cut, whole] = [join(folder, "cut.png"), join(folder, "whole.png")];
  const png = await sharp("examples/street.png").resize(61, 40).png().toBuffer();
  await writeFile(whole, png);
  await writeFile(cut, png.subarray(0, png.length / 2));
  const output = join(folder, "others");
  const { code, stdout, stderr } = await runCli("segment", cut, whole, "-o", output, "--size", "58x42", "--json");
  expect(code).toBe(1);
  expect(stderr).toMatch(/segment: want 2 pictures, got 1 that could not be done; the others are\. .*cut\.png: /);
  expect(JSON.parse(stdout)).toMatchObject({ pictures: [{ image: whole }], failed: [{ image: cut }] });
  expect(await readdir(output)).toEqual(["whole.labels.png", "whole.overlay.png"]);
});

test("a picture that the network refuses costs no other", async () => {
  const model = join(folder, "native");
  await cp("test/fixtures/cases/dpt-vit-seg", model, { recursive: true });
  const processor = { image_processor_type: "DPTImageProcessor", size: { height: 32, width: 32 } };
  await writeFile(join(model, "preprocessor_config.json"), JSON.stringify(processor));
  const sides = [32, 1, 33];
  const paths = sides.map((side) => join(folder, `side-${side}.png`));
  const street = sharp("examples/street.png");
  for (const [i, side] of sides.entries()) await street.clone().resize(side, side).png().toFile(paths[i]!);
  const output = join(folder, "refused");
  const options = ["--size", "native", "--formats", "labels", "--batch", "2"];
  const { code, stdout, stderr } = await runCli("segment", ...paths, "--model", model, "-o", output, ...options);
  expect(code).toBe(1);
  const why = `${paths[1]}: picture: want at least one 16x16 patch for a network of 3 channels, got 1x1 for 3.`;
  expect(stdout).toContain(`\nfailed    ${why}`);
  expect(stderr).toContain(`error: segment: want 3 pictures, got 1 that could not be done; the others are. ${why}`);
  expect((await readdir(output)).sort()).toEqual(["side-32.labels.png", "side-33.labels.png"]);
});

test("a picture of one row has no mesh, and costs no other", async () => {
  const [row, whole] = [join(folder, "a-row.png"), join(folder, "with-mesh.png")];
  await sharp("examples/street.png").resize(61, 1, { fit: "fill" }).png().toFile(row);
  await sharp("examples/street.png").resize(61, 40).png().toFile(whole);
  const output = join(folder, "meshes");
  const options = ["-o", output, "--size", "28x28", "--formats", "png,glb"];
  const { code, stdout, stderr } = await runCli("depth", row, whole, ...options);
  expect(code).toBe(1);
  const mesh = "mesh: want a triangle without a jump of depth, got none between 61x1 points. Take a point cloud.";
  expect(stderr).toContain(
    `error: depth: want 2 pictures, got 1 that could not be done; the others are. ${row}: ${mesh}\n`,
  );
  expect(stdout).toMatch(/^wrote .*with-mesh\.glb$/m);
  expect((await readdir(output)).sort()).toEqual(["a-row.depth16.png", "with-mesh.depth16.png", "with-mesh.glb"]);
});

test("depth writes 16 bits and colours", async () => {
  const small = join(folder, "small.png");
  await sharp("examples/street.png").resize(61, 40).png().toFile(small);
  const output = join(folder, "depth");
  const { code, stdout, stderr } = await runCli("depth", small, "-o", output, "--size", "56x42");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^picture .*small\.png, 61x40$/m);
  expect(stdout).toMatch(/^network +56x42$/m);
  const [, nearest, farthest] = /^depth +([\d.]+) \(nearest\) to ([\d.]+) \(farthest\), relative inverse/m.exec(
    stdout,
  )!;
  expect(Number(nearest)).toBeGreaterThan(Number(farthest));
  const depth16 = await readFile(join(output, "small.depth16.png"));
  expect(pngHeader(depth16)).toEqual({ width: 61, height: 40, depth: 16, colour: "grey" });
  const levels = [...decode(depth16).data].sort((a, b) => a - b);
  expect([levels.at(0), levels.at(-1)]).toEqual([0, 65535]);
  const colours = await sharp(join(output, "small.depth.png")).raw().toBuffer({ resolveWithObject: true });
  expect(colours.info).toMatchObject({ width: 61, height: 40 });
});

test("a model of three tasks gives each to its command", async () => {
  const model = join(folder, "tips");
  await cp("test/fixtures/cases/tipsv2-dpt", model, { recursive: true });
  const processor = { image_processor_type: "Tipsv2DptImageProcessor", size: { height: 42, width: 56 } };
  await writeFile(join(model, "preprocessor_config.json"), JSON.stringify(processor));
  const small = join(folder, "three.png");
  await sharp("examples/street.png").resize(61, 40).png().toFile(small);
  const output = join(folder, "three");
  for (const command of ["segment", "depth", "normals"]) {
    const { code, stdout, stderr } = await runCli(command, small, "--model", model, "-o", output);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^network +56x42$/m);
    if (command === "depth") expect(stdout).toMatch(/^depth .*, metres$/m);
  }
  const names = ["depth.png", "depth16.png", "labels.png", "normals.png", "overlay.png"];
  expect((await readdir(output)).sort()).toEqual(names.map((name) => `three.${name}`));
  const normals = await readFile(join(output, "three.normals.png"));
  expect(pngHeader(normals)).toEqual({ width: 61, height: 40, depth: 8, colour: "RGB" });
  const { data } = decode(normals);
  const lengths = Array.from({ length: 61 * 40 }, (_, i) =>
    Math.hypot(...[0, 1, 2].map((c) => data[3 * i + c]! / 127.5 - 1)),
  );
  expect(Math.max(...lengths)).toBeLessThan(1.01);
  expect(Math.max(...lengths)).toBeGreaterThan(0.99);

  const told = await runCli("info", model);
  expect(told.code, told.stderr).toBe(0);
  expect(told.stdout).toMatch(/^head +tips-segmentation, tips-depth, tips-normals$/m);
  expect(told.stdout).toMatch(/^classes +7: LABEL_0/m);
});

test("segment writes the formats it is asked for", async () => {
  const small = join(folder, "crossing.png");
  await sharp("examples/street.png").resize(61, 40).png().toFile(small);
  const output = join(folder, "formats");
  const { code, stdout, stderr } = await runCli(
    "segment",
    small,
    ...["-o", output, "--size", "56x42", "--formats", "npy, svg,geojson,coco,rle", "--simplify", "1", "--json"],
  );
  expect(code, stderr).toBe(0);
  const names = ["geojson", "svg", "coco.json", "rle.json", "labels.npy"].map((end) => `crossing.${end}`);
  expect(JSON.parse(stdout).pictures[0].files).toEqual(names.map((name) => join(output, name)));
  expect((await readdir(output)).sort()).toEqual([...names].sort());
  const read = async (name: string) => readFile(join(output, name), "utf8");
  const { features } = JSON.parse(await read("crossing.geojson"));
  const { annotations, images } = JSON.parse(await read("crossing.coco.json"));
  const plain = JSON.parse(await read("crossing.rle.json")).annotations;
  expect(images[0]).toEqual({ id: 1, width: 61, height: 40, file_name: "crossing.png" });
  expect(features.map((feature: { id: number }) => feature.id)).toEqual(
    annotations.map(({ category_id }: { category_id: number }) => category_id),
  );
  expect(typeof annotations[0].segmentation.counts).toBe("string");
  const insides = (counts: number[]) => counts.reduce((sum, count, i) => (i % 2 === 1 ? sum + count : sum), 0);
  for (const { segmentation, area } of plain) expect(insides(segmentation.counts)).toBe(area);
  const labels = (await readFile(join(output, "crossing.labels.npy"))).subarray(-61 * 40);
  for (const { category_id, area } of annotations) {
    expect(labels.filter((label) => label === category_id)).toHaveLength(area);
  }
  const drawn = await sharp(join(output, "crossing.svg")).metadata();
  expect([drawn.width, drawn.height]).toEqual([61, 40]);
});

test("depth writes the formats it is asked for", async () => {
  const small = join(folder, "corner.png");
  await sharp("examples/street.png").resize(61, 40).png().toFile(small);
  const output = join(folder, "space");
  const options = ["--formats", "npy,ply,glb", "--fov", "75", "--range", "5", "--stride", "2", "--jump", "0.5"];
  const { code, stderr } = await runCli("depth", small, "-o", output, "--size", "56x42", ...options);
  expect(code, stderr).toBe(0);
  expect((await readdir(output)).sort()).toEqual(["corner.depth.npy", "corner.glb", "corner.ply"]);
  expect((await readFile(join(output, "corner.ply"))).toString("latin1")).toContain(`element vertex ${31 * 20}\n`);
  const glb = await readFile(join(output, "corner.glb"));
  expect([glb.toString("latin1", 0, 4), glb.readUInt32LE(8)]).toEqual(["glTF", glb.length]);
  const npy = await readFile(join(output, "corner.depth.npy"));
  expect(npy.toString("latin1", 10, 80)).toContain("'descr':'<f4','fortran_order':False,'shape':(40,61)");
});

test("segment through windows and views tells how sure it is", async () => {
  const small = join(folder, "wide.png");
  await sharp("examples/street.png").resize(61, 40).png().toFile(small);
  const output = join(folder, "windows");
  const looks = ["--tile", "31x40", "--overlap", "0", "--tta", "--tta-scales", "1", "--size", "28x28"];
  const { code, stdout, stderr } = await runCli(
    "segment",
    small,
    ...["-o", output, "--formats", "labels,confidence,scores", "--json", ...looks],
  );
  expect(code, stderr).toBe(0);
  const [picture] = JSON.parse(stdout).pictures;
  // Two windows, each as it is and mirrored.
  expect(picture).toMatchObject({ passes: 4, batch: 1, network: { width: 28, height: 28 } });
  const npy = await readFile(join(output, "wide.scores.npy"));
  expect(npy.toString("latin1", 10, 90)).toContain("'shape':(3,40,61)");
  const maps = new Float32Array(new Uint8Array(npy.subarray(-4 * 3 * 61 * 40)).buffer);
  const labels = decode(await readFile(join(output, "wide.labels.png"))).data;
  const levels = decode(await readFile(join(output, "wide.confidence.png"))).data;
  for (const [i, level] of levels.entries()) expect(level).toBe(Math.round(255 * maps[i]!));
  for (const { id, scores } of picture.classes) {
    const pixels = [...labels.keys()].filter((i) => labels[i] === id);
    for (const [m, name] of ["confidence", "margin", "entropy"].entries()) {
      const mean = pixels.reduce((sum, i) => sum + maps[m * labels.length + i]!, 0) / pixels.length;
      expect(scores[name]).toBeCloseTo(mean, 9);
    }
  }
});

test("pictures that run together have the answers of each alone", async () => {
  const photos = await Promise.all(
    [61, 50, 44].map(async (width) => {
      const path = join(folder, `together-${width}.png`);
      await sharp("examples/street.png").resize(width, 40).png().toFile(path);
      return path;
    }),
  );
  const segment = async (output: string, ...options: string[]) => {
    const { code, stdout, stderr } = await runCli(
      "segment",
      ...photos,
      ...["-o", join(folder, output), "--size", "28x28", "--formats", "labels", ...options],
    );
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const together = await segment("together", "--batch", "2");
  expect([...together.matchAll(/^network +28x28(.*)$/gm)].map(([, shared]) => shared)).toEqual([
    ", 2 pictures together",
    ", 2 pictures together",
    "",
  ]);
  await segment("alone");
  for (const name of await readdir(join(folder, "alone"))) {
    expect(await readFile(join(folder, "together", name))).toEqual(await readFile(join(folder, "alone", name)));
  }
});
