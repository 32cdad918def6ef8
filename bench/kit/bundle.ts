import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Left as packages beside the bundle: native code lies in them. */
const NATIVE_PACKAGES = ["webgpu", "onnxruntime-node", "onnxruntime-common"] as const;

/** What a machine without npm's packages cannot do, and what the kit does instead. */
const REPLACED: Readonly<Record<string, string>> = {
  "cli/adapter/unpack.ts": "bench/kit/inside/unpack.ts",
  "cli/pictures/read-picture.ts": "bench/kit/inside/read-picture.ts",
  "bench/page/drive-page.ts": "bench/kit/inside/drive-page.ts",
  "bench/peers/page/page-place.ts": "bench/kit/inside/page-place.ts",
  "bench/peers/node/transformers.ts": "bench/kit/inside/transformers.ts",
};

/** A process of its own for each contestant: the one place where a file is named at run time. */
const CHILD = { file: "bench/peers/node/node-place.ts", source: '"child.ts"', bundled: '"child.mjs"' };

/**
 * Bundles the benchmark's commands into `folder` as ESM: `bench.mjs`, `child.mjs` and the chunks they share.
 * @param commit what reports name, since the kit knows no git
 */
export async function bundle(folder: string, commit: string): Promise<void> {
  await build({
    root: repository,
    configFile: false,
    logLevel: "warn",
    plugins: [kitPlugin(commit)],
    ssr: { noExternal: true, external: [...NATIVE_PACKAGES] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      // Stacks in a report from a far machine are worth more than 300 KB.
      minify: false,
      license: { fileName: "licences/bundle.md" },
      rolldownOptions: {
        input: { bench: `${repository}bench/main.ts`, child: `${repository}bench/peers/node/child.ts` },
        // All in one folder: the child is looked for beside whoever starts it.
        output: { format: "esm", entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
}

function kitPlugin(commit: string): Plugin {
  const inRepository = (id: string) => (id.startsWith(repository) ? id.slice(repository.length) : undefined);
  return {
    name: "kit",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const resolved = await this.resolve(source, importer, { ...options, skipSelf: true });
      const replacement = resolved && REPLACED[inRepository(resolved.id) ?? ""];
      return replacement ? repository + replacement : resolved;
    },
    transform(code, id) {
      switch (inRepository(id)) {
        case "bench/current-commit.ts":
          return `export const currentCommit = () => ${JSON.stringify(commit)};`;
        case CHILD.file:
          if (!code.includes(CHILD.source)) throw new Error(`${CHILD.file}: want ${CHILD.source}, got none.`);
          return code.replace(CHILD.source, CHILD.bundled);
        default:
          return undefined;
      }
    },
  };
}
