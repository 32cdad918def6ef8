import type { Position } from "geojson";
import { expect, test } from "vitest";
import { geoJson, type LabelMap, svg, tracePolygons } from "../../formats/index.ts";
import { signedArea } from "../../formats/simple-rings.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { randomStream } from "../random.ts";
import { labelMap, labelMaps } from "./label-maps.ts";

/** How many rings of a shape a point is within: odd is inside. */
function windings(rings: readonly Position[][], x: number, y: number): number {
  const crosses = ([x0, y0]: Position, [x1, y1]: Position) =>
    y0! > y !== y1! > y && x < x0! + ((x1! - x0!) * (y - y0!)) / (y1! - y0!);
  return rings.reduce((sum, ring) => sum + (ring.slice(1).filter((b, i) => crosses(ring[i]!, b)).length % 2), 0);
}

test.each(labelMaps())("%s: the polygons drawn again are the label map", (_, map) => {
  const traced = tracePolygons(map);
  expect(traced.map(({ of }) => of.id)).toEqual([...new Set(map.labels)].sort());
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const inside = traced.filter(({ shape }) => windings(shape.coordinates.flat(), x + 0.5, y + 0.5) % 2 === 1);
      expect(inside.map(({ of }) => of.id)).toEqual([map.labels[y * map.width + x]]);
    }
  }
});

test.each(labelMaps())(
  "%s: rings are whole numbers, closed, turn at each point, pass none twice, and run as RFC 7946 asks",
  (_, map) => {
    for (const { shape, pixels, of } of tracePolygons(map)) {
      const areas = shape.coordinates.map(([outer, ...holes]) => {
        expect(signedArea(outer!)).toBeGreaterThan(0);
        for (const hole of holes) expect(signedArea(hole)).toBeLessThan(0);
        return [outer!, ...holes].reduce((sum, ring) => sum + signedArea(ring), 0);
      });
      expect(areas.reduce((a, b) => a + b)).toBe(pixels);
      expect(pixels).toBe(map.labels.filter((label) => label === of.id).length);
      for (const ring of shape.coordinates.flat()) {
        expect(ring[0]).toEqual(ring.at(-1));
        expect(ring.flat().every(Number.isInteger)).toBe(true);
        expect(new Set(ring.slice(1).map(String)).size).toBe(ring.length - 1);
        for (const [i, [x, y]] of ring.slice(1).entries()) {
          const [nextX, nextY] = ring[i + 2] ?? ring[1]!;
          const [beforeX, beforeY] = ring[i]!;
          expect(beforeX === x && x === nextX).toBe(false);
          expect(beforeY === y && y === nextY).toBe(false);
        }
      }
    }
  },
);

test("simplified borders stay shared: each point is in one class still, but for a few near borders", () => {
  const map = labelMap(120, 90, (x, y) => (x + 0.7 * y < 80 ? ((x - 30) ** 2 + (y - 40) ** 2 < 500 ? 2 : 0) : 1));
  const exact = tracePolygons(map);
  const simple = tracePolygons(map, { simplify: 3 });
  const points = (traced: typeof exact) => traced.flatMap(({ shape }) => shape.coordinates.flat(2)).length;
  expect(points(simple)).toBeLessThan(points(exact) / 4);
  let changed = 0;
  for (let y = 0; y < 90; y++) {
    for (let x = 0; x < 120; x++) {
      // Not in the middle of a pixel, where a slanting border may pass exactly.
      const inside = simple.filter(({ shape }) => windings(shape.coordinates.flat(), x + 0.503, y + 0.509) % 2 === 1);
      expect(inside).toHaveLength(1);
      if (inside[0]!.of.id !== map.labels[y * 120 + x]) changed++;
    }
  }
  expect(changed).toBeLessThan(200);
  expect(changed).toBeGreaterThan(0);
});

/** Whether two segments have a point in common that is not an end of both. */
function collide([a, b]: Segment, [c, d]: Segment): boolean {
  const turn = ([px, py]: Position, [qx, qy]: Position, [rx, ry]: Position) =>
    Math.sign((qx! - px!) * (ry! - py!) - (qy! - py!) * (rx! - px!));
  const within = ([px, py]: Position, [qx, qy]: Position, [rx, ry]: Position) =>
    Math.min(px!, qx!) <= rx! && rx! <= Math.max(px!, qx!) && Math.min(py!, qy!) <= ry! && ry! <= Math.max(py!, qy!);
  const isEnd = (p: Position, ...ends: Position[]) => ends.some((end) => String(end) === String(p));
  const passes = (p: Position, q: Position, r: Position) => !isEnd(r, p, q) && turn(p, q, r) === 0 && within(p, q, r);
  if (passes(a, b, c) || passes(a, b, d) || passes(c, d, a) || passes(c, d, b)) return true;
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

type Segment = readonly [Position, Position];

/** Patches with specks in them, where borders come close to each other everywhere. */
function patches(seed: number): LabelMap {
  const random = randomStream(seed);
  const seeds = Array.from({ length: 9 }, () => [40 * random(), 33 * random(), Math.floor(4 * random())] as const);
  return labelMap(40, 33, (x, y) => {
    if (random() < 0.06) return Math.floor(4 * random());
    const far = seeds.map(([a, b]) => (a - x) ** 2 + (b - y) ** 2);
    return seeds[far.indexOf(Math.min(...far))]![2];
  });
}

test.each([...labelMaps(), ...[1, 2, 3, 4].map((seed): [string, LabelMap] => [`patches ${seed}`, patches(seed)])])(
  "%s: simplified outlines neither cross nor leave a gap, and each border is one to both sides",
  (_, map) => {
    for (const simplify of [0.6, 2, 10, 1e4]) {
      const classes = tracePolygons(map, { simplify }).map(({ shape }) => shape.coordinates.flat());
      const rings = classes.flat();
      for (const ring of rings) expect(new Set(ring.map(String)).size).toBe(ring.length - 1);
      expect(rings.reduce((sum, ring) => sum + signedArea(ring), 0)).toBeCloseTo(map.width * map.height, 9);
      const segments = new Map<string, Segment>();
      for (const ofClass of classes) {
        const own = ofClass.flatMap((ring) => ring.slice(1).map((to, i): Segment => [ring[i]!, to]));
        const names = new Set(own.map(([from, to]) => `${from} ${to}`));
        // A border with the same class on both sides is none.
        for (const [from, to] of own) expect(names.has(`${to} ${from}`)).toBe(false);
        for (const [from, to] of own) segments.set(`${from} ${to}`, [from, to]);
      }
      expect(segments.size).toBe(rings.reduce((sum, ring) => sum + ring.length - 1, 0));
      const isOutside = ([[x1, y1], [x2, y2]]: Segment) =>
        (x1 === x2 && (x1 === 0 || x1 === map.width)) || (y1 === y2 && (y1 === 0 || y1 === map.height));
      for (const segment of segments.values()) {
        expect(segments.has(`${segment[1]} ${segment[0]}`)).toBe(!isOutside(segment));
      }
      const once = [...segments.values()].filter(([a, b]) => String(a) < String(b) || !segments.has(`${b} ${a}`));
      const crossing = once.filter((one, i) => once.slice(i + 1).some((two) => collide(one, two)));
      expect(crossing).toEqual([]);
    }
  },
);

test("noise of a megapixel takes no longer than its text", async () => {
  const random = randomStream(9);
  const map = labelMap(1200, 800, () => Math.floor(4 * random()));
  let traced: ReturnType<typeof tracePolygons> = [];
  // 1.3 s; tracing class by class took 22 s.
  const seconds = await cpuSeconds(() => {
    traced = tracePolygons(map);
  });
  expect(seconds).toBeLessThan(15);
  expect(traced.flatMap(({ shape }) => shape.coordinates).length).toBeGreaterThan(400_000);
});

test("what vanishes when simplified leaves no ring of no area", () => {
  const [background, dot] = tracePolygons(
    labelMap(9, 9, (x, y) => (x === 4 && y === 4 ? 1 : 0)),
    { simplify: 5 },
  );
  expect(dot!.shape.coordinates).toEqual([]);
  expect(background!.shape.coordinates).toHaveLength(1);
  expect(background!.shape.coordinates[0]).toHaveLength(1);
});

test("GeoJSON names the classes and the size", () => {
  const map = labelMap(4, 3, (x) => (x < 2 ? 0 : 3));
  expect(geoJson(map)).toEqual({
    type: "FeatureCollection",
    bbox: [0, 0, 4, 3],
    features: [
      {
        type: "Feature",
        id: 0,
        properties: { id: 0, name: "a", colour: "#0000ff", pixels: 6 },
        geometry: { type: "MultiPolygon", coordinates: [[expect.arrayContaining([[2, 3]])]] },
      },
      {
        type: "Feature",
        id: 3,
        properties: { id: 3, name: "d", colour: "#0030ff", pixels: 6 },
        geometry: { type: "MultiPolygon", coordinates: [[expect.arrayContaining([[4, 3]])]] },
      },
    ],
  });
});

test("SVG looks like the label map", async () => {
  const { default: sharp } = await import("sharp");
  const [, map] = labelMaps().find(([name]) => name === "noise")!;
  const classes = map.classes.map((entry) => ({ ...entry, name: 'a < b & "c"\u0007' }));
  const text = svg({ ...map, classes });
  expect(text).toContain("<title>a &lt; b &amp; &quot;c&quot;</title>");
  const seen = await sharp(Buffer.from(text)).removeAlpha().raw().toBuffer();
  const green = [...map.labels].map((label) => label * 16);
  expect([...map.labels.keys()].map((i) => seen[3 * i + 1])).toEqual(green);
});

test("a label without a class, and a map of another size, are errors", () => {
  const map = labelMap(3, 2, (x) => x);
  expect(() => tracePolygons({ ...map, classes: map.classes.slice(0, 2) })).toThrow(
    "label map: want labels of the 2 classes, got 2. Name that class too.",
  );
  expect(() => tracePolygons({ ...map, width: 4 })).toThrow("label map: want 8 labels for 4x2 pixels, got 6.");
});
