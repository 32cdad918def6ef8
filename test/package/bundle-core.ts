import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

/**
 * Bundles what a page pays for, as its own bundler would, for `size-limit` (see package.json): `core.js` is what
 * `import { DPT } from "dpt-webgpu"` loads with the page, `worker.js` what it does instead with the model in a worker,
 * `with-network.js` the first and what any model loads later. What is loaded for a few models, calls or adapters stays
 * out, since it is imported when it is needed; and so does Vite's own helper around each `import()` (0.8 kB), which other bundlers
 * do not have and a page has once, whatever it imports.
 */
const root = fileURLToPath(new URL("../../", import.meta.url));

const leaveLazyOut: Plugin = {
  name: "leave what is imported lazily out",
  resolveDynamicImport: (specifier) => (typeof specifier === "string" ? { id: specifier, external: true } : null),
};

const PRELOAD_HELPER = "\0vite/preload-helper.js";

const leaveHelperOut: Plugin = {
  name: "leave the helper around import() out",
  load: {
    order: "pre",
    handler: (id) => (id === PRELOAD_HELPER ? "export const __vitePreload = (load) => load();" : null),
  },
};

const entries = {
  core: 'export { DPT } from "/src/index.ts";',
  worker: 'export { DPT } from "/src/worker/index.ts";',
  "with-network": 'export { DPT } from "/src/index.ts"; export * from "/src/model/network.ts";',
};

for (const [name, code] of Object.entries(entries)) {
  const id = `\0${name}`;
  const entry: Plugin = {
    name: "entry",
    resolveId: (source) => (source === name ? id : source.startsWith("/src/") ? join(root, source) : null),
    load: (source) => (source === id ? code : null),
  };
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    plugins: [entry, leaveLazyOut, leaveHelperOut],
    build: {
      outDir: "out/size",
      emptyOutDir: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: { [name]: name },
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "[name].js" },
      },
    },
  });
}
