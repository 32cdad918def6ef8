import { afterEach, expect } from "vitest";
import { takeUncapturedErrors } from "./device.ts";

afterEach(async () => {
  expect(await takeUncapturedErrors(), "uncaptured WebGPU errors").toEqual([]);
});
