import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileSource, filesFromFolder } from "../../../cli/node-files.ts";
import { openFolder } from "../../../src/model/open-folder.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import { readSafetensorsHeader } from "../../../src/runtime/checkpoints/safetensors.ts";
import { readStoredTensor } from "../../../src/runtime/checkpoints/stored-tensor.ts";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg-bin";
const folder = temporaryFolder();

test("convert writes the tensors of pytorch_model.bin bit by bit, and never over a file by surprise", async () => {
  await copyFile(join(CASE, "pytorch_model.bin"), join(folder, "pytorch_model.bin"));
  const output = join(folder, "model.safetensors");
  const { code, stdout } = await runCli("convert", folder, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ from: ["pytorch_model.bin"], files: [output], tensors: 216 });

  const before = await openCheckpoint(filesFromFolder(CASE));
  const { tensors, metadata } = await readSafetensorsHeader(await fileSource(output));
  expect(metadata.get("format")).toBe("pt");
  expect([...tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
  for (const [name, tensor] of tensors) {
    const { dtype, shape } = before.tensors.get(name)!;
    expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({ dtype, shape });
    expect(Buffer.compare(await readStoredTensor(tensor), await before.read(name)), name).toBe(0);
  }

  await writeFile(output, "precious");
  const refused = await runCli("convert", folder);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/model\.safetensors: want a file that is not there yet, got one\. Add --force/);
  expect(await readFile(output, "utf8")).toBe("precious");
  expect((await runCli("convert", folder, "--force")).code).toBe(0);
  expect((await readFile(output)).length).toBe(JSON.parse(stdout).size);
});

test("a file cut short leaves nothing", async () => {
  const broken = temporaryFolder();
  const whole = await readFile(join(CASE, "pytorch_model.bin"));
  await writeFile(join(broken, "pytorch_model.bin"), whole.subarray(0, whole.length / 2));
  const { code, stderr } = await runCli("convert", broken);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: .*pytorch_model\.bin: want /);
  expect(await readdir(broken)).toEqual(["pytorch_model.bin"]);
});

test("a .pt of isl-org/DPT becomes a folder of transformers that answers the same", async () => {
  const paper = "test/fixtures/cases/paper-vit-seg";
  const file = join(paper, "dpt_large-ade20k-tiny.pt");
  const converted = temporaryFolder();
  const output = join(converted, "model.safetensors");
  const { code, stdout, stderr } = await runCli("convert", file, "-o", output, "--json");
  expect(code, stderr).toBe(0);
  const described = ["config.json", "preprocessor_config.json"].map((name) => join(converted, name));
  expect(JSON.parse(stdout)).toMatchObject({ from: ["dpt_large-ade20k-tiny.pt"], files: [output, ...described] });
  expect((await readdir(converted)).sort()).toEqual(["config.json", "model.safetensors", "preprocessor_config.json"]);

  const { tensors } = await readSafetensorsHeader(await fileSource(output));
  const own = [...tensors.keys()].filter((name) => /^(?:pretrained|scratch|auxlayer)/.test(name));
  expect(own).toEqual([]);
  expect(tensors.has("auxiliary_head.head.0.weight")).toBe(true);

  const [before, after] = await Promise.all([
    openFolder(filesFromFolder(file)),
    openFolder(filesFromFolder(converted)),
  ]);
  expect(after.config).toEqual(before.config);
  expect(after.processor).toEqual(before.processor);
  for (const name of tensors.keys()) {
    expect(Buffer.compare(await after.checkpoint.read(name), await before.checkpoint.read(name)), name).toBe(0);
  }

  const refused = await runCli("convert", file, "-o", join(converted, "other.safetensors"));
  expect(refused.stderr).toMatch(/config\.json: want a file that is not there yet, got one\. Add --force/);
  expect((await readdir(converted)).sort()).toHaveLength(3);
});

test("a folder of safetensors has nothing to convert", async () => {
  const { code, stderr } = await runCli("convert", "test/fixtures/cases/dpt-vit-seg");
  expect(code).toBe(1);
  expect(stderr).toMatch(/want pytorch_model\.bin or a \.pt of isl-org\/DPT, got neither/);
});
