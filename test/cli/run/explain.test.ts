import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg";
const folder = temporaryFolder();

test("forward tells its plan, measures when asked to, and later runs use what was found", async () => {
  const cache = join(folder, "cache");
  const forward = (...more: string[]) => {
    const files = ["--input", join(CASE, "input.safetensors"), "--output", join(folder, "y.safetensors")];
    return runCli({ XDG_CACHE_HOME: cache }, "forward", CASE, ...files, "--software", "--explain", ...more);
  };
  const tuned = await forward("--tune", "300", "--json");
  expect(tuned.code, tuned.stderr).toBe(0);
  const { tuned: told, plan } = JSON.parse(tuned.stdout);
  expect(told.done).toBeGreaterThan(0);
  expect(told.total).toBeGreaterThan(told.done);
  expect(plan.kernels.some(({ why }: { why?: string }) => why?.startsWith("measured: "))).toBe(true);
  expect((await readdir(join(cache, "dpt-webgpu", "tuning"))).length).toBeGreaterThan(0);

  const { code, stdout } = await forward();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^part +kernel +calls +GFLOP +MB +path +why$/m);
  expect(stdout).toMatch(/ (registers|subgroup swaps) \d+×\d +measured: \S+ ms; .*tried$/m);
  expect(stdout).toMatch(/^total +\d+ +\d+\.\d{3} +\d+\.\d$/m);
  expect(stdout).toMatch(/^GPU memory .* of weights, .* of activations; \d+ pipelines$/m);
  expect(stdout).not.toMatch(/^tune /m);
});

test("segment and verify tell theirs", async () => {
  const output = join(folder, "segment");
  const segment = await runCli("segment", "-o", output, "--size", "58x42", "--explain", "--software");
  expect(segment.code, segment.stderr).toBe(0);
  expect(segment.stdout).toMatch(/^picture in +resamplePixels/m);
  const verify = await runCli("verify", CASE, "--explain", "--json");
  expect(verify.code, verify.stderr).toBe(0);
  const [{ plan }] = JSON.parse(verify.stdout).cases;
  expect(plan.dispatches).toBeGreaterThan(plan.kernels.length);
  expect(plan.flops).toBeGreaterThan(1e6);
});
