import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import type { Plugin } from "vite";

/** Models are kept when they are used, not ahead: together they have a hundred megabytes. */
const IS_MODEL = /\.safetensors$/;

/** Writes into the service worker which files the page has, and a version that changes with them. */
export function listFiles(): Plugin {
  let publicDir = "";
  return {
    name: "list-files",
    apply: "build",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = Object.values(bundle).find(({ fileName }) => fileName === "service-worker.js");
        if (worker?.type !== "chunk") this.error("want service-worker.js among the files of the page, got none");
        const built = Object.keys(bundle).filter((name) => name !== worker.fileName && !IS_MODEL.test(name));
        const files = [
          "./",
          ...[...built, ...readdirSync(publicDir)].filter((name) => name !== "index.html").map((name) => `./${name}`),
        ];
        const index = bundle["index.html"];
        const html = index?.type === "asset" ? String(index.source) : "";
        const version = createHash("sha256").update(JSON.stringify(files)).update(html).digest("hex").slice(0, 12);
        worker.code = worker.code
          .replaceAll("PAGE_FILES", JSON.stringify(files))
          .replaceAll("PAGE_VERSION", JSON.stringify(version));
      },
    },
  };
}
