import { expect, test } from "vitest";
import { growth } from "./growth.ts";
import { soak } from "./soak.ts";

test("pictures of several sizes, loads and disposals leave nothing: the short version of npm run soak", async () => {
  const { pictures, loads, changed, left } = await soak({ sizes: 3, pictures: 30, loads: 4 });
  expect(growth(pictures)).toEqual([]);
  expect(growth(loads)).toEqual([]);
  expect([changed, left]).toEqual([0, 0]);
  expect(pictures[0].buffers).toBeGreaterThan(50);
  expect(loads[1]).toMatchObject({ buffers: 0, bufferBytes: 0, querySets: 0 });
}, 300_000);
