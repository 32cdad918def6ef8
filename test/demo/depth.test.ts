import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { download } from "./download.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

test("depth: a colour map, a relief that keys turn, a point cloud, and the time of each kernel", async () => {
  await using visit = await demo.open("?size=56&sample=coffee&task=depth&model=depth-anything-v2-small&opacity=100");
  const { page } = visit;
  await visit.untilAnswered();
  await visit.screenshot("depth-light");
  const nearest = await visit.pixelAt(0.4, 0.55);
  await page.select("#colours", "greys");
  const grey = await visit.pixelAt(0.4, 0.55);
  expect(nearest).not.toEqual(grey);
  expect(grey[0]).toBe(grey[1]);
  // The nearer the brighter, in figures and on the scale.
  const depthAt = async (x: number, y: number) => {
    const told = await visit.tipAt(x, y, /larger is nearer/);
    return [Number.parseFloat(told), (await visit.pixelAt(x, y))[0]!] as const;
  };
  const [cup, corner] = [await depthAt(0.4, 0.55), await depthAt(0.02, 0.02)];
  expect(cup[0]).toBeGreaterThan(corner[0]);
  expect(cup[1]).toBeGreaterThan(corner[1]);
  const [, far, near] = /far([\d.]+)near([\d.]+)/.exec(await visit.text(".scale dl"))!;
  expect(Number(near)).toBeGreaterThan(Number(far));

  await page.click('.toolbar [type="radio"]:not(:checked)');
  await page.waitForSelector('.relief[data-ready="true"]');
  const canvas = (await page.$(".relief canvas"))!;
  await visit.screenshot("relief-light");
  // The ring around what has the focus is no turn.
  await canvas.focus();
  const shot = async () => {
    // What was drawn is seen with a later frame.
    await page.evaluate(async () => {
      for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    });
    return sharp(await canvas.screenshot())
      .raw()
      .toBuffer();
  };
  const before = await shot();
  const apart = (after: Buffer) =>
    after.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / after.length;
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  const turned = apart(await shot());
  expect(turned).toBeGreaterThan(1);
  await page.keyboard.press("Home");
  // Turned back by sines and cosines, which round.
  expect(apart(await shot())).toBeLessThan(0.1 * turned);

  // As when a phone takes the GPU away for a while: it comes back as it was.
  await canvas.evaluate(async (element) => {
    const lost = element.getContext("webgl2")!.getExtension("WEBGL_lose_context")!;
    for (const [end, name] of [
      [() => lost.loseContext(), "webglcontextlost"],
      [() => lost.restoreContext(), "webglcontextrestored"],
    ] as const) {
      const told = new Promise((resolve) => element.addEventListener(name, resolve, { once: true }));
      end();
      await told;
      // It can be asked for only when the event is over.
      await new Promise((resolve) => setTimeout(resolve));
    }
  });
  expect(apart(await shot())).toBeLessThan(0.1 * turned);

  const ply = await download(visit, '[data-format="PLY"]');
  expect(ply.name).toBe("coffee.ply");
  expect(ply.bytes.toString("latin1", 0, 200)).toMatch(/^ply\n(?:.*\n)*element vertex 240000\n/);
  const depth16 = await download(visit, '[data-format="Depth"]');
  expect([depth16.name, depth16.bytes.readUInt32BE(16), depth16.bytes.readUInt32BE(20), depth16.bytes[24]]).toEqual([
    "coffee.depth16.png",
    600,
    400,
    16,
  ]);
  const mesh = await download(visit, '[data-format="GLB"]');
  expect([mesh.name, mesh.bytes.toString("latin1", 0, 4), mesh.bytes.readUInt32LE(8)]).toEqual([
    "coffee.glb",
    "glTF",
    mesh.bytes.length,
  ]);
  const { accessors } = JSON.parse(mesh.bytes.toString("utf8", 20, 20 + mesh.bytes.readUInt32LE(12)));
  const points = accessors.filter(({ type }: { type: string }) => type === "VEC3")[0].count;
  // But for those at edges that no triangle spans.
  expect(points).toBeGreaterThan(0.99 * 600 * 400);

  await visit.click("#measure");
  await page.waitForSelector("#kernels svg");
  const kernels = await page.$$eval("#kernels tbody tr", (rows) => rows.map((row) => row.textContent));
  expect(kernels.join()).toMatch(/matmulbackbone[\d.]+ m?s\d+/);
  expect(await visit.text(".machine")).toMatch(/swiftshader.*Weights on the GPU.*MiB.*maxBufferSize/s);
  expect(visit.problems).toEqual([]);
});
