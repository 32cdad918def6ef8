import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** Folders of what is installed or made, and of version control. */
const LEFT_OUT = new Set(["node_modules", "dist", "out", "mesa", "artefacts", ".git", ".vite"]);

/** A page of the repository that people read. */
export interface MarkdownFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Files of the repository, by the ends of their names; from its root. Git need not be installed. */
export function ownFiles(...ends: string[]): string[] {
  return filesBelow("").filter((path) => ends.some((end) => path.endsWith(end)));
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** All Markdown files. */
export function markdownFiles(): MarkdownFile[] {
  return ownFiles(".md").map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}
