import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { exitCodeOf } from "../../cli/exit-code-of.ts";
import { program } from "../../cli/program.ts";
import { type CliResult, runCli } from "./run-cli.ts";
import { temporaryFolder } from "./temporary-folder.ts";

afterEach(() => vi.restoreAllMocks());

/** What main.ts does, without the second that a process takes. */
async function call(...args: readonly string[]): Promise<CliResult> {
  const printed = { stdout: "", stderr: "" };
  const into = (stream: keyof typeof printed, end: string) => (text: unknown) => {
    printed[stream] += `${text}${end}`;
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(into("stdout", ""));
  vi.spyOn(process.stderr, "write").mockImplementation(into("stderr", ""));
  vi.spyOn(console, "log").mockImplementation(into("stdout", "\n"));
  vi.spyOn(console, "error").mockImplementation(into("stderr", "\n"));
  try {
    await program().parseAsync(args, { from: "user" });
    return { code: 0, ...printed };
  } catch (error) {
    return { code: exitCodeOf(error), ...printed };
  } finally {
    vi.restoreAllMocks();
  }
}

test("the process ends with the code, and prints no stack unless asked", async () => {
  const [good, wrong, failed, shown] = await Promise.all([
    runCli("--version"),
    runCli("segment", "--alpha", "2"),
    runCli("info", "./nowhere"),
    runCli({ DEBUG: "1" }, "info", "./nowhere"),
  ]);
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  expect(good).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(wrong).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^error: --alpha: want .*\n$/) });
  expect(failed).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "error: ./nowhere: want a model folder or a model of the hub, got neither. Check the path, or write organisation/name.\n",
  });
  expect(shown.stderr.startsWith(failed.stderr)).toBe(true);
  expect(shown.stderr).toMatch(/^ +at /m);
});

const COMMANDS = ["segment", "depth", "normals", "eval", "forward", "verify", "info", "convert", "quantize"];

test("--help of everything succeeds", async () => {
  const { code, stdout } = await call("--help");
  expect(code).toBe(0);
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  for (const command of COMMANDS) {
    const help = await call(command, "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain(`Usage: dpt-webgpu ${command} `);
    expect(help.stdout).toContain(`Examples:\n  $ dpt-webgpu ${command}`);
    expect(help.stderr).toBe("");
  }
});

test.each([
  [[], /Usage: dpt-webgpu/],
  [["label"], /unknown command 'label'/],
  [["segment", "--colour"], /unknown option '--colour'/],
  [["segment", "--output", ""], /--output: want a path, got ""\. Leave it out or name one\./],
  [["segment", "-o", "-"], /--output: want a path, got -, and results are not written to a pipe\. Name one\./],
  [["convert", "x", "-o", "-"], /--output: want a path, got -/],
  [["depth", "--model", ""], /--model: want a path or a name, got ""/],
  [["eval", "x", "--labels", ""], /--labels: want a path, got ""/],
  [["forward", "x", "--input", "y", "-o", ""], /--output: want a path, got ""/],
  [["segment", "--alpha", "1.5"], /--alpha: want a number from 0 \(photo\) to 1 \(colours\), got "1\.5"/],
  [["segment", "--alpha", ""], /--alpha: want a number/],
  [["segment", "--size", "0x10"], /--size: want WIDTHxHEIGHT or native in pixels, got "0x10"/],
  [["segment", "--resize", "lanczos"], /Allowed choices are bilinear, bicubic/],
  [["segment", "--dtype", "bf16"], /--dtype <type>.*'bf16' is invalid\. Allowed choices are f32, f16/],
  [["forward", "x", "--dtype", "F16"], /Allowed choices are f32, f16/],
  [["verify", "x", "--dtype"], /--dtype <type>' argument missing/],
  [["segment", "--formats", "overlay,jpeg"], /--formats: want some of overlay, labels, .*, got "overlay,jpeg"/],
  [["segment", "--simplify", "0"], /--simplify: want square pixels above 0, got "0"/],
  [["segment", "--palette", "pascal"], /'pascal' is invalid\. Allowed choices are ade20k, camvid, cityscapes, voc/],
  [["segment", "--antialias", "pillow"], /Allowed choices are pil, torchvision/],
  [["segment", "--tile", "0"], /--tile: want a side or WIDTHxHEIGHT in pixels, got "0"/],
  [["segment", "--overlap", "0.9", "--tile", "64"], /--overlap: want a number from 0 to 0\.8, got "0\.9"/],
  [["segment", "--overlap", "0.5"], /--overlap: want --tile, got an overlap without it/],
  [["normals", "--model", "x", "--tta-scales", "1,0"], /--tta-scales: want numbers above 0 .*, got "1,0"/],
  [["eval", "x", "--labels", "y", "--batch", "2"], /unknown option '--batch'/],
  [["depth", "--tta-scales", "1,2"], /--tta-scales: want --tta, got scales without it/],
  [["depth", "--batch", "0"], /--batch: want a whole number from 1 up, got "0"/],
  [["depth", "--formats", ""], /--formats: want some of png, colour, npy, ply, glb/],
  [["depth", "--fov", "180"], /--fov: want degrees between 0 and 180, got "180"/],
  [["depth", "--range", "1"], /--range: want a number above 1, got "1"/],
  [["depth", "--stride", "1.5"], /--stride: want a whole number from 1 up, got "1.5"/],
  [["depth", "--jump", "-1"], /--jump: want a number above 0, got "-1"/],
  [["eval", "x"], /required option '--labels <dir>' not specified/],
  [["eval", "x", "--labels", "y", "--ignore", "-1"], /--ignore: want a whole number from 0 to 65535, got "-1"/],
  [["eval", "x", "--labels", "y", "--scale", "0"], /--scale: want metres above 0, got "0"/],
  [
    ["eval", "x", "--labels", "y", "--model", "weights/depth-anything-v2-small"],
    /eval: want --align for a model of relative depth, got DepthAnythingForDepthEstimation/,
  ],
  [["segment", "--classes", "road,"], /--classes: want names with commas between/],
  [["segment", "--classes", "road,cat"], /got cat\. Choose from: sky, building, pole, road/],
  [["segment", "--model", "weights/depth-anything-v2-small"], /want a segmentation model, got DepthAnything/],
  [["depth", "--model", "weights/dpt-small-camvid"], /want a depth model, got DPTForSemanticSegmentation/],
  [["normals"], /required option '--model <model>' not specified/],
  [
    ["normals", "--model", "weights/dpt-small-camvid"],
    /want a model of surface normals, got DPTFor.* Use segment with/,
  ],
  [["depth", "a/x.png", "b/x.png"], /want results that overwrite nothing/],
  [["forward"], /missing required argument|required option/],
  [["forward", "x", "--input", "y"], /required option '-o, --output <file>' not specified/],
  [["verify"], /verify: want cases or --hub, got neither/],
  [["verify", "x", "--hub", "all", "--json"], /verify: want cases or --hub, got both/],
  [
    ["verify", "--hub", "org/x"],
    /want a model whose answer is known, got org\/x\. Choose from: all, Intel\/dpt-large-ade, /,
  ],
  [["info", "org/x@v1", "--revision", "v2"], /--revision: want one revision, got v1 and v2/],
  [["info", "org/x", "--revision", "../x"], /revision: want a branch, tag, commit or refs\/pr\/N/],
  [["info", "org/x", "--endpoint", "hub"], /endpoint: want an http\(s\) address, got "hub"/],
  [["convert", "org/x"], /--output: want a file for a model of the hub/],
  [["verify", "x", "--tolerance", "-1"], /--tolerance: want a number above 0, got "-1"/],
  [["info", "x", "--size", "native"], /--size: want WIDTHxHEIGHT in pixels/],
  [["info", "x", "y"], /too many arguments/],
])("bad usage is exit code 2: %j", async (args, message) => {
  const { code, stdout, stderr } = await call(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

test.each([
  [["info", "./nowhere"], /^error: \.\/nowhere: want a model folder or a model of the hub, got neither\. .*\n$/],
  [
    ["info", "weights/none", "--offline"],
    /^error: weights\/none: .*, since offline, .*There is no folder "weights\/none"/,
  ],
  [["convert", "weights"], /^error: weights: want a file "config\.json", got none\..*\n$/],
  [["segment", "missing.png"], /^error: missing\.png: want a picture, got no such file\..*\n$/],
  [["segment", "--list", "missing.txt"], /^error: --list: want a text file, got "ENOENT.*". Check the path\.\n$/],
  [["segment", "package.json"], /^error: package\.json: want a picture .*unsupported image format.*\n$/],
  [
    ["segment", "--model", "test/fixtures/cases/dpt-vit-seg"],
    /^error: model: want preprocessor_config\.json beside .*\n$/,
  ],
  [["segment", "-o", "package.json"], /^error: package\.json: want a folder to write to, got ".*\n$/],
  [["depth", "-o", "package.json/x"], /^error: package\.json\/x: want a folder to write to, got ".*\n$/],
  [["forward", "x", "--input", "missing", "--output", "y"], /^error: missing: want a file, got none\..*\n$/],
])("failure is exit code 1 and one message, before the network is loaded: %j", async (args, message) => {
  const { code, stdout, stderr } = await call(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
});

const FOLDER = temporaryFolder();
const CASE = "test/fixtures/cases/dpt-vit-seg";

test.each([
  ["segment", "-o", FOLDER],
  ["depth", "-o", FOLDER],
  ["forward", CASE, "--input", `${CASE}/input.safetensors`, "-o", `${FOLDER}/y.safetensors`],
  ["verify", CASE],
])("f16 where the adapter has no shader-f16 is exit code 1, and says so: %s", async (...args) => {
  const { code, stdout, stderr } = await call(...args, "--dtype", "f16", "--software");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^error: dtype f16: want the feature shader-f16, got .*SwiftShader.* without it\. Use dtype f32, or another adapter\.\n$/,
  );
});

test.each([
  ["segment", ["segment"], "street.labels.png"],
  ["depth", ["depth"], "street.depth16.png"],
  ["eval", ["eval", "examples", "--labels", "examples"], "confusion.svg"],
  ["quantize", ["quantize", CASE, "--force"], "model.safetensors"],
])("a folder in the place of a result is found before the network is loaded: %s", async (_, args, name) => {
  const output = join(FOLDER, "taken", args[0]!);
  await mkdir(join(output, name), { recursive: true });
  const { code, stdout, stderr } = await call(...args, "-o", output);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    `error: ${join(output, name)}: want a file to write, got a folder. Choose another name or folder.\n`,
  );
  expect(await readdir(output)).toEqual([name]);
});
