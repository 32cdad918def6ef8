import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** What lies beside the page and has a licence of its own, and the files that tell it. */
const OWN: readonly (readonly [string, readonly string[]])[] = [
  ["dpt-webgpu", ["LICENSE"]],
  [
    "The models",
    ["weights/README.md", "weights/dpt-small-camvid/README.md", "weights/depth-anything-v2-small/LICENSE"],
  ],
  ["The sample pictures", ["demo/samples/README.md"]],
];

/** The folder of the package that a module is of, if it is of one. */
export function packageFolder(module: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.replaceAll("\\", "/"))?.[1];
}

/**
 * The licences of the page as one text: of its code, its models and pictures, and of every package that went into it.
 * @param packages their folders
 * @throws Error for a package without a file of its licence
 */
export function licenceText(packages: Iterable<string>): string {
  const own = OWN.map(([title, files]) =>
    section(
      title,
      files.map((file) => readFileSync(join(ROOT, file), "utf8")),
    ),
  );
  const others = [...new Set(packages)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
    if (files.length === 0) throw new Error(`${name}: want a file of its licence for the page, got none in ${folder}.`);
    return section(
      `${name} ${version}`,
      files.map((file) => readFileSync(join(folder, file), "utf8")),
    );
  });
  return [...own, ...others].join("\n\n");
}

function section(title: string, texts: readonly string[]): string {
  const line = "=".repeat(80);
  return [`${line}\n${title}\n${line}`, ...texts.map((text) => text.trim())].join("\n\n");
}
