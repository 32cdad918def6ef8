import { execFile } from "node:child_process";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { unpack } from "../../cli/adapter/unpack.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";
import { compile, installPacked } from "./packed.ts";

const run = promisify(execFile);
const apps = fileURLToPath(new URL("embedder", import.meta.url));
const seg = fileURLToPath(new URL("../fixtures/cases/dpt-vit-seg", import.meta.url));
const app = temporaryFolder();

/** The strictest that an app can ask for; `skipLibCheck` hides what is wrong in declarations. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmitOnError: true,
  target: "ES2022",
  lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable", "ESNext.Disposable"],
  // None but those that the package's declarations bring with them.
  types: [],
};

const PATIENCE = 240_000;

beforeAll(async () => {
  await installPacked(app, ["webgpu"]);
  await cp(apps, app, { recursive: true });
}, PATIENCE);

async function compileApp(name: string, options: object): Promise<string> {
  const config = join(app, `${name}.json`);
  const compilerOptions = { ...STRICT, ...options, outDir: name };
  await writeFile(config, JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  return compile("-p", config);
}

test.each([
  ["bundler", { module: "ESNext", moduleResolution: "bundler" }],
  ["nodenext", { module: "NodeNext", moduleResolution: "NodeNext" }],
])("a strict app compiles against the packed declarations: %s", { timeout: PATIENCE }, async (name, options) => {
  expect(await compileApp(name, options)).toBe("");
  expect((await readdir(join(app, name))).sort()).toEqual(["node-app.js", "page-app.js"]);
});

test("every entry point is imported by plain Node, and a picture is labelled", { timeout: PATIENCE }, async () => {
  const { exports } = JSON.parse(await readFile(join(app, "node_modules/dpt-webgpu/package.json"), "utf8"));
  // The worker's script talks to the page that it belongs to.
  const entries = Object.keys(exports).filter((entry) => entry !== "./worker-script" && !entry.endsWith(".json"));
  const names = entries.map((entry) => entry.replace(/^\./, "dpt-webgpu"));
  await cp(seg, join(app, "model"), { recursive: true });
  await writeFile(join(app, "model/preprocessor_config.json"), JSON.stringify({ size: 32 }));
  const program = `
    import { create, globals } from "webgpu";
    import { labelGrey, missing } from "./nodenext/node-app.js";
    Object.assign(globalThis, globals);
    const entries = {};
    for (const name of ${JSON.stringify(names)}) entries[name] = Object.keys(await import(name)).length;
    const labelled = await labelGrey("model", create([]));
    console.log(JSON.stringify({ entries, labelled, missing: await missing("cache", { env: {} }) }));
  `;
  await writeFile(join(app, "program.js"), program);
  const driver = await unpack("swiftshader");
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: driver,
    VK_DRIVER_FILES: join(driver, "vk_swiftshader_icd.json"),
  };
  const { stdout } = await run(process.execPath, ["program.js"], { cwd: app, env });
  const told = JSON.parse(stdout);
  expect(Object.keys(told.entries).sort()).toEqual(names.sort());
  expect(Math.min(...(Object.values(told.entries) as number[]))).toBeGreaterThan(0);
  expect(told.labelled).toMatchObject({ pixels: 32 * 32, npy: 72 + 32 * 32, others: ["function", "function"] });
  expect(told.labelled.labels).toBe(told.labelled.masks);
  expect(told.missing).toMatch(/^FileError: nobody\/nothing: .*offline/);
});
