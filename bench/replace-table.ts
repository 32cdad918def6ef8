import { readFile, writeFile } from "node:fs/promises";

/**
 * Puts a table between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` of a Markdown file.
 * @throws Error if the file has no such place
 */
export async function replaceTable(file: string, name: string, table: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file}: want ${begin} and ${end}, got neither. Add them.`);
  await writeFile(file, `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`);
}
