import { posix } from "node:path";
import ts from "typescript";

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
}

/**
 * From the bottom up: a file may import from its own layer and from those before it. The worker lies below the index, which
 * has a model in a worker as an option: a worker's script that knew the index could start itself again.
 */
const layers = [
  { name: "runtime", holds: /^src\/runtime\// },
  { name: "kernels", holds: /^src\/kernels\// },
  { name: "model", holds: /^src\/model\// },
  { name: "worker", holds: /^src\/worker\// },
  { name: "index", holds: /^src\/(?:index|dpt|doctor)\.ts$/ },
  { name: "formats", holds: /^formats\// },
  { name: "apps", holds: /^(?:cli|demo|bench|examples)\// },
];

/** From the bottom up, as the layers: a file of a folder imports from its own or from those before it. */
const foldersOfTheRuntime = [
  "graph",
  "sources",
  "checkpoints",
  "hub",
  "browser-cache",
  "device",
  "pictures",
  "paths",
  "submits",
  "session",
];

const packagesOfTheLibrary = ["wgsl-preprocessor", "@zip.js/zip.js", "idb-keyval"];
/** What talks to a worker is loaded with the first model in one, so that who does without does not load this. */
const packagesOfTheWorker = [...packagesOfTheLibrary, "comlink"];
/**
 * A benchmark checks before it times: with the tests' own float64 loops, in the tests' own browser. Pages have the models
 * that lie in the repository.
 */
const borrows: Readonly<Record<string, RegExp>> = {
  bench: /^(?:test\/(?:reference\/|browser\/|random\.ts$)|weights\/)/,
  demo: /^weights\//,
};
const knowsTheGpu = /^(?:src\/runtime\/|src\/(?:index|doctor)\.ts$|cli\/|test\/)/;

/** What breaks the walls of ARCHITECTURE.md, one line each: `file:line: why`. */
export function findViolations(files: SourceFile[]): string[] {
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest);
    const violations = [...importViolations(file), ...gpuViolations(file.path, source)];
    return violations
      .sort((a, b) => a.position - b.position)
      .map(({ position, why }) => `${file.path}:${source.getLineAndCharacterOfPosition(position).line + 1}: ${why}`);
  });
}

interface Violation {
  position: number;
  why: string;
}

function importViolations({ path, text }: SourceFile): Violation[] {
  const own = layerOf(path);
  if (own === -1) return [{ position: 0, why: "belongs to no layer" }];
  return ts.preProcessFile(text).importedFiles.flatMap(({ fileName, pos }) => {
    const why = fileName.startsWith(".")
      ? whyNotImport(path, posix.join(posix.dirname(path), fileName))
      : whyNotPackage(path, fileName);
    return why === undefined ? [] : [{ position: pos, why }];
  });
}

function layerOf(path: string): number {
  return layers.findIndex(({ holds }) => holds.test(path));
}

/** −1 for what lies in no folder of the runtime. */
function folderOfTheRuntime(path: string): number {
  const [, folder] = /^src\/runtime\/([^/]+)\//.exec(path) ?? [];
  return folder === undefined ? -1 : foldersOfTheRuntime.indexOf(folder);
}

function whyNotImport(path: string, target: string): string | undefined {
  const [own, other] = [layerOf(path), layerOf(target)];
  if (borrows[path.split("/")[0]!]?.test(target)) return undefined;
  if (other === -1) return `imports ${target}, which belongs to no layer`;
  if (other > own) return `${layers[own]!.name} imports ${target} of ${layers[other]!.name}, which lies above`;
  const [ownFolder, otherFolder] = [folderOfTheRuntime(path), folderOfTheRuntime(target)];
  if (ownFolder !== -1 && otherFolder > ownFolder) {
    return `${foldersOfTheRuntime[ownFolder]} imports ${target} of ${foldersOfTheRuntime[otherFolder]}, which lies above`;
  }
  const isKernel = layers[own]!.name === "kernels" && layers[other]!.name === "kernels";
  if (isKernel && !target.startsWith("src/kernels/shared/")) {
    return `imports the kernel ${target}; what two kernels share lives in src/kernels/shared/`;
  }
  return undefined;
}

function whyNotPackage(path: string, specifier: string): string | undefined {
  if (path.startsWith("formats/")) {
    return specifier.startsWith("node:") ? `imports ${specifier}; formats/ runs in a browser too` : undefined;
  }
  if (!path.startsWith("src/")) return undefined;
  const packages = path.startsWith("src/worker/") ? packagesOfTheWorker : packagesOfTheLibrary;
  const allowed = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return allowed ? undefined : `imports ${specifier}; src/ runs in a browser and needs only ${packages}`;
}

function gpuViolations(path: string, source: ts.SourceFile): Violation[] {
  if (knowsTheGpu.test(path)) return [];
  const violations: Violation[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && /^GPU[A-Z]/.test(node.text)) {
      violations.push({ position: node.getStart(source), why: `names ${node.text}; only src/runtime/ knows WebGPU` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return violations;
}
