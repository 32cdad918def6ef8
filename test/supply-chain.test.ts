import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const own = JSON.parse(read("package.json")) as Package;
const lock = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, Locked>> };

test("every dependency has its reason in ARCHITECTURE.md", () => {
  const [, reasons] = /## Dependencies\n([\s\S]*?)\n## /.exec(read("ARCHITECTURE.md"))!;
  const named = new Set(Array.from(reasons!.matchAll(/`([^`]+)`/g), ([, name]) => name));
  const asked = Object.keys({ ...own.dependencies, ...own.devDependencies });
  // Types of packages that have none themselves are explained together.
  const isExplained = (name: string) => named.has(name) || (name.startsWith("@types/") && named.has("@types/*"));
  expect(asked.filter((name) => !isExplained(name))).toEqual([]);
});

test("what a page loads needs four packages at run time, one of them for its worker alone", () => {
  const [, inBrowser] = /In the browser, the library and nothing else:\n([\s\S]*?)\n\nFor/.exec(
    read("ARCHITECTURE.md"),
  )!;
  const named = Array.from(inBrowser!.matchAll(/^\| `([^`]+)`/gm), ([, name]) => name!);
  expect(named.filter((name) => name !== "@webgpu/types").sort()).toEqual([
    "@zip.js/zip.js",
    "comlink",
    "idb-keyval",
    "wgsl-preprocessor",
  ]);
});

test.each(["", "test/wgpu/", "test/lighthouse/", "bench/peers/"].map((folder) => `${folder}package-lock.json`))(
  "%s fixes every package by its hash, and none is from elsewhere than the registry",
  (path) => {
    const { packages } = JSON.parse(read(path)) as typeof lock;
    const others = Object.entries(packages).filter(([place, { link }]) => place !== "" && !link);
    expect(others.length).toBeGreaterThan(0);
    const loose = others.filter(
      ([, { resolved, integrity }]) =>
        (resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/")) ||
        !integrity?.startsWith("sha512-"),
    );
    expect(loose.map(([place]) => place)).toEqual([]);
  },
);

test("the lockfile is of this package.json", () => {
  const root = lock.packages[""]!;
  expect(root.version).toBe(own.version);
  expect(root.dependencies).toEqual(own.dependencies);
  expect(root.devDependencies).toEqual(own.devDependencies);
});

test("a release is audited, tested, listed and signed, in this order", () => {
  const recipe = read(".github/workflows/release.yml");
  const steps = [
    "npm ci",
    "npm run audit",
    "npm audit signatures",
    "npm test",
    "npm run sbom",
    "npm publish --provenance",
  ];
  const places = steps.map((step) => recipe.indexOf(step));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
  expect(recipe).toContain("id-token: write");
  expect(own.scripts.audit).toContain("--audit-level=high");
  expect(own.scripts.sbom).toContain("npm sbom");
});
