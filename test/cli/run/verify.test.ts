import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileSource } from "../../../cli/node-files.ts";
import { readTensors } from "../../../src/index.ts";
import { verifyStages } from "../../../src/model/verify.ts";
import { readSafetensorsHeader } from "../../../src/runtime/checkpoints/safetensors.ts";
import { writeSafetensors } from "../../../src/runtime/checkpoints/write-safetensors.ts";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg";
const folder = temporaryFolder();

test("forward writes PyTorch's tensors", async () => {
  const output = join(folder, "new", "y.safetensors");
  const input = join(CASE, "input.safetensors");
  const { code, stdout } = await runCli("forward", CASE, "--input", input, "--output", output, "--stages", "--json");
  expect(code).toBe(0);
  const got = await readTensors(await fileSource(output));
  const expected = await readTensors(await fileSource(join(CASE, "expected.safetensors")));
  expect([...got.keys()].sort()).toEqual([...expected.keys()].sort());
  expect(verifyStages(got, expected).filter(({ problem }) => problem)).toEqual([]);
  const { tensors } = await readSafetensorsHeader(await fileSource(output));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F32"]));
  expect(
    JSON.parse(stdout)
      .tensors.map(({ name }: { name: string }) => name)
      .sort(),
  ).toEqual([...got.keys()].sort());
});

test("forward names the tensor that is missing", async () => {
  const input = join(CASE, "expected.safetensors");
  const { code, stderr } = await runCli("forward", CASE, "--input", input, "--output", join(folder, "z"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/expected\.safetensors: want a tensor "pixel_values", got backbone\.0, /);
});

test("verify tells right from wrong, case by case", async () => {
  const tampered = join(folder, "tampered");
  await cp(CASE, tampered, { recursive: true });
  const path = join(tampered, "expected.safetensors");
  const bytes = await readFile(path);
  const { tensors } = await readSafetensorsHeader(await fileSource(path));
  const at = tensors.get("neck.2")!.begin + 4 * 100;
  bytes.writeFloatLE(bytes.readFloatLE(at) + 0.5, at);
  await writeFile(path, bytes);

  const alone = await outputAlone();
  const { code, stdout, stderr } = await runCli("verify", "nowhere", tampered, alone, "--json");
  expect(code, stderr).toBe(1);
  const { ok, cases } = JSON.parse(stdout);
  expect(ok).toBe(false);
  expect(cases.map((report: { ok: boolean }) => report.ok)).toEqual([false, false, true]);
  expect(cases[0].error).toMatch(/nowhere\/input\.safetensors: want a file, got none/);
  const wrong = cases[1].stages.filter((stage: { ok: boolean }) => !stage.ok);
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatchObject({ stage: "neck.2", shape: [1, 32, 16, 16] });
  expect(wrong[0].maxError).toBeCloseTo(0.5, 4);
  expect(cases[1].stages.map(({ stage }: { stage: string }) => stage)).toEqual([
    ...[0, 1, 2, 3].map((i) => `backbone.${i}`),
    ...[0, 1, 2, 3].map((i) => `neck.${i}`),
    "logits",
  ]);
  expect(cases[2].stages).toHaveLength(1);
  const [{ maxError, relativeError, labelAgreement }] = cases[2].stages;
  expect(maxError).toBeGreaterThan(0);
  expect(relativeError).toBeLessThan(1e-4);
  expect(labelAgreement).toBe(1);
});

test("verify prints a table, and succeeds", async () => {
  const { code, stdout } = await runCli("verify", await outputAlone(), "--tolerance", "1e-3");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^case +stage +shape +max error +relative +NaN +labels +result$/m);
  expect(stdout).toMatch(/alone +logits +\[1, 7, 64, 64\] +\d\.\d\de-\d +\d\.\d\de-\d +0 +100\.00 % +ok$/m);
  expect(stdout).toMatch(/^1 of 1 cases agree within 0\.001/m);
});

/** A case whose expected file has no stages. */
async function outputAlone(): Promise<string> {
  const alone = join(folder, "alone");
  await cp(CASE, alone, { recursive: true });
  const logits = (await readTensors(await fileSource(join(CASE, "expected.safetensors")))).get("logits")!;
  const bytes = new Uint8Array(logits.data.slice().buffer);
  const file = writeSafetensors([{ name: "logits", dtype: "F32", shape: logits.shape }], () => bytes);
  await writeFile(join(alone, "expected.safetensors"), file);
  return alone;
}
