import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { markdownFiles, ROOT } from "./own-files.ts";

/** What samples take as given. A sample's own names come before these. */
const GIVEN = `
declare const DPT: typeof import("dpt-webgpu").DPT;
declare const model: import("dpt-webgpu").DPT;
declare const image: HTMLImageElement;
declare const video: HTMLVideoElement;
declare const canvas: HTMLCanvasElement;
declare const context: CanvasRenderingContext2D;
declare const signal: AbortSignal;
declare const adapter: GPUAdapter;
declare const layout: GPUBindGroupLayout;
declare let bindGroup: GPUBindGroup;
declare const onProgress: (progress: import("dpt-webgpu").Progress) => void;
declare function draw(segmentation: import("dpt-webgpu").Segmentation | undefined): void;
`;

interface Sample {
  /** The page and the line where it begins. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

const samples: Sample[] = markdownFiles().flatMap(({ path, text }) =>
  [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((found, i) => {
    const line = text.slice(0, found.index).split("\n").length;
    return {
      name: `${path}:${line}`,
      path: join(ROOT, `sample ${path.replaceAll("/", " ")} ${i}.ts`),
      text: found[1]!,
    };
  }),
);

/** TypeScript's complaints of each sample, by its name. */
function complaints(given: readonly Sample[]): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ["src/index.ts"] }, ts.sys, ROOT);
  const globals = join(ROOT, "sample globals.d.ts");
  const texts = new Map([[globals, GIVEN], ...given.map(({ path, text }) => [path, `${text}\nexport {};\n`] as const)]);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...texts.keys()], { ...options, noUnusedLocals: false }, host);
  return new Map(
    given.map(({ name, path }) => {
      const source = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [name, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))];
    }),
  );
}

test("the code in README.md and docs/ fits the library", () => {
  const pages = new Set(samples.map(({ name }) => name.replace(/:\d+$/, "")));
  expect([...pages]).toEqual(expect.arrayContaining(["README.md", "docs/embedding.md", "docs/models.md"]));
  const wrong = {
    name: "wrong",
    path: join(ROOT, "sample wrong.ts"),
    text: "await model.segment(image, { tyle: 480 });",
  };
  const found = complaints([...samples, wrong]);
  expect(found.get("wrong")).toEqual([expect.stringContaining("tyle")]);
  found.delete("wrong");
  expect([...found].filter(([, texts]) => texts.length > 0)).toEqual([]);
});
