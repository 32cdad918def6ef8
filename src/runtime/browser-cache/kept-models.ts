import type { CacheStore } from "./cache-store.ts";
import { ModelFolder } from "./model-folder.ts";

/** A model that the browser keeps, whole or in part. */
export interface KeptModel {
  /** Its hub id, with `@revision` unless that is main; or its address. */
  readonly name: string;
  /** Bytes that are kept. */
  readonly bytes: number;
  /** Names of its files. */
  readonly files: readonly string[];
  /** When it was last opened. */
  readonly used: Date;
}

/** The last opened first. */
export async function listModels(store: CacheStore): Promise<KeptModel[]> {
  const keys = await store.list([]);
  const models = await Promise.all(keys.map((key) => describeModel(new ModelFolder(store, key))));
  return models.filter((model) => model !== undefined).sort((a, b) => b.used.getTime() - a.used.getTime());
}

/** @returns whether there was one of that name */
export async function deleteModel(store: CacheStore, name: string): Promise<boolean> {
  const folder = await ModelFolder.of(store, name);
  const isThere = (await folder.note()) !== undefined;
  await folder.delete();
  return isThere;
}

async function describeModel(folder: ModelFolder): Promise<KeptModel | undefined> {
  const note = await folder.note();
  if (!note) return undefined;
  const files = (await folder.fileNotes()).filter((file) => !file.isAbsent);
  const bytes = await Promise.all(files.map((file) => folder.bytesOf(file)));
  return {
    name: note.name,
    bytes: bytes.reduce((sum, size) => sum + size, 0),
    files: files.map(({ file }) => file).sort(),
    used: new Date(note.used),
  };
}
