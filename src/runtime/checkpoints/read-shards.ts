import { FileError } from "../errors.ts";
import { quote } from "../quote.ts";
import type { ModelFiles } from "../sources/byte-source.ts";
import { isJsonObject } from "../sources/read-json.ts";
import type { ReadTable, Table } from "./checkpoint.ts";
import { isPlainName } from "./plain-name.ts";
import type { StoredTensor } from "./stored-tensor.ts";

/**
 * Reads the tables of all files that an index names.
 * @throws FileError if the index is none, or they are not what it lists
 */
export async function readShards(
  files: ModelFiles,
  index: string,
  weightMap: unknown,
  readTable: ReadTable,
  signal?: AbortSignal,
): Promise<{ readonly shards: readonly string[]; readonly table: Table }> {
  const fileOf = readWeightMap(`${files.name}/${index}`, weightMap);
  const shards = [...new Set(fileOf.values())].sort();
  const tables = new Map(
    await Promise.all(
      shards.map(async (shard) => {
        const source = await files.open(shard, signal);
        return [shard, source && (await readTable(source, signal))] as const;
      }),
    ),
  );
  const problems = shards.filter((shard) => !tables.get(shard)).map((shard) => `no file ${quote(shard)}`);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shard] of fileOf) {
    const table = tables.get(shard);
    const tensor = table?.tensors.get(name);
    if (tensor) tensors.set(name, tensor);
    else if (table) problems.push(`no tensor ${quote(name)} in ${quote(shard)}`);
  }
  for (const [shard, table] of tables) {
    for (const name of table?.tensors.keys() ?? []) {
      if (fileOf.get(name) !== shard) problems.push(`tensor ${quote(name)} in ${quote(shard)}, which the index lacks`);
    }
  }
  report(`${files.name}/${index}`, "shards that hold what it lists", problems);
  const metadata = new Map([...tables.values()].flatMap((table) => [...(table?.metadata ?? [])]));
  return { shards, table: { tensors, metadata } };
}

/** Shards must be plain names: an index from the net must not reach files outside the model folder. */
function readWeightMap(where: string, weightMap: unknown): ReadonlyMap<string, string> {
  if (!isJsonObject(weightMap) || Object.keys(weightMap).length === 0) {
    throw new FileError(
      `${where}: want a "weight_map" from tensors to files, got ${quote(weightMap)}. Download it again.`,
    );
  }
  const fileOf = new Map<string, string>();
  const problems: string[] = [];
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file === "string" && isPlainName(file)) fileOf.set(name, file);
    else problems.push(`${quote(name)} in ${quote(file)}`);
  }
  report(where, "plain file names beside it", problems);
  return fileOf;
}

function report(where: string, want: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, 20).join("; ");
  const more = problems.length > 20 ? `; and ${problems.length - 20} more` : "";
  throw new FileError(`${where}: want ${want}, got ${shown}${more}. Download the index and all its shards again.`);
}
