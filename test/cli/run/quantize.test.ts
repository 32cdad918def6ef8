import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileSource } from "../../../cli/node-files.ts";
import { readTensors } from "../../../src/index.ts";
import { readSafetensorsHeader } from "../../../src/runtime/checkpoints/safetensors.ts";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg";
const folder = temporaryFolder();

test("quantize writes a folder that answers as the original does with --dtype", async () => {
  const output = join(folder, "q4");
  const { code, stdout, stderr } = await runCli("quantize", CASE, "-o", output, "--dtype", "q4", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const told = JSON.parse(stdout);
  const path = join(output, "model.safetensors");
  expect(told).toMatchObject({ from: ["model.safetensors"], files: [path], dtype: "q4" });
  expect((await stat(path)).size).toBe(told.size);
  expect((await readdir(output)).sort()).toEqual(["config.json", "model.safetensors"]);
  expect(await readFile(join(output, "config.json"))).toEqual(await readFile(join(CASE, "config.json")));
  const { metadata, tensors } = await readSafetensorsHeader(await fileSource(path));
  expect(Object.fromEntries(metadata)).toEqual({ "dpt-webgpu.quantized": "3", "dpt-webgpu.dtype": "q4" });
  const parts = ["codes", "factors", "scales"].map(
    (part) => tensors.get(`dpt.encoder.layer.0.output.dense.q4.${part}`)!,
  );
  // 128 to 64 channels.
  expect(parts.map(({ dtype, shape }) => [dtype, shape])).toEqual([
    ["U8", [32, 16, 2, 4]],
    ["I8", [8, 64]],
    ["F32", [64]],
  ]);

  const info = JSON.parse((await runCli("info", output, "--json")).stdout);
  expect(info).toMatchObject({ dtype: "q4", bytes: told.bytes });
  const original = JSON.parse((await runCli("info", CASE, "--dtype", "q4", "--json")).stdout);
  expect(info.memory).toEqual(original.memory);
  expect(info.flops).toEqual(original.flops);

  const input = join(CASE, "input.safetensors");
  const answers = await Promise.all(
    [[output], [CASE, "--dtype", "q4"]].map(async ([model, ...options], i) => {
      const file = join(folder, `y${i}.safetensors`);
      const { code, stderr } = await runCli("forward", model!, "--input", input, "-o", file, "--json", ...options);
      expect(code, stderr).toBe(0);
      return readTensors(await fileSource(file));
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

test("quantize replaces nothing by surprise, and nothing that it reads", async () => {
  const output = join(folder, "q8");
  expect((await runCli("quantize", CASE, "-o", output)).code).toBe(0);
  await writeFile(join(output, "config.json"), "precious");
  const refused = await runCli("quantize", CASE, "-o", output);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/config\.json: want a file that is not there yet, got one\. Add --force/);
  expect(await readFile(join(output, "config.json"), "utf8")).toBe("precious");
  const forced = await runCli("quantize", CASE, "-o", output, "--force");
  expect(forced.code).toBe(0);
  expect(forced.stdout).toMatch(/^wrote +.*model\.safetensors, .* \(q8\)$/m);

  const same = await runCli("quantize", CASE, "-o", `${CASE}/`);
  expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining("want another folder than the model's") });
  const twice = await runCli("quantize", output, "-o", join(folder, "twice"));
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("want weights that are not quantised") });
});

test("quantize --calibrate rounds by what a photo shows, into the same bytes", async () => {
  const model = join(folder, "sized");
  await cp(CASE, model, { recursive: true });
  await writeFile(join(model, "preprocessor_config.json"), '{ "size": 64 }');
  const photo = "test/fixtures/photos/street-b-dpt-small-camvid-196/photo.png";
  const write = async (name: string, ...options: string[]) => {
    const output = join(folder, name);
    const { code, stderr } = await runCli("quantize", model, "-o", output, "--dtype", "q4", ...options);
    expect(code, stderr).toBe(0);
    const path = join(output, "model.safetensors");
    return { header: await readSafetensorsHeader(await fileSource(path)), bytes: await readFile(path) };
  };
  const plain = await write("plain");
  const calibrated = await write("calibrated", "--software", "--calibrate", photo, photo);
  expect([...calibrated.header.tensors.keys()]).toEqual([...plain.header.tensors.keys()]);
  expect(calibrated.bytes.length).toBe(plain.bytes.length);
  const partOf = ({ header, bytes }: typeof plain, name: string) => {
    const { begin, end } = header.tensors.get(name)!;
    return bytes.subarray(begin, end);
  };
  const [block, neck] = ["dpt.encoder.layer.0.output.dense.q4.codes", "neck.convs.0.q4.codes"];
  expect(partOf(calibrated, block).equals(partOf(plain, block))).toBe(false);
  expect(partOf(calibrated, neck).equals(partOf(plain, neck))).toBe(true);

  const wrong = await runCli("quantize", model, "-o", join(folder, "wrong"), "--calibrate", photo);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("--calibrate: want --dtype q4, got q8.") });
  const blind = await runCli("quantize", CASE, "-o", join(folder, "blind"), "--dtype", "q4", "--calibrate", photo);
  expect(blind).toMatchObject({ code: 1, stderr: expect.stringContaining("preprocessor_config.json") });
});
