import { expect, test } from "vitest";
import { takeUncapturedErrors, testDevice } from "./device.ts";

test("is one device, with the limits every adapter has", async () => {
  const device = await testDevice();
  expect(await testDevice()).toBe(device);
  expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
  expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16384);
});

test("reports what nobody captured", async () => {
  const device = await testDevice();
  device.createBuffer({ label: "planted", size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  const errors = await takeUncapturedErrors();
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("planted");
  expect(await takeUncapturedErrors()).toEqual([]);
});
