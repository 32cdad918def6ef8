/** What a person gave: by dropping, pasting or picking. */
export type Given =
  | { readonly kind: "picture"; readonly file: File }
  | { readonly kind: "video"; readonly file: File }
  | { readonly kind: "model"; readonly name: string; readonly files: readonly File[] };

const MODEL_FILE = /\.(?:safetensors|bin|pt|pth)$|^(?:config|preprocessor_config|model\.safetensors\.index)\.json$/i;

/**
 * Tells models from videos from pictures. What is none of them counts as a picture, whose reader then says what it wants.
 * @param folder the name of the folder that was dropped or picked, if it was one
 */
export function sortFiles(files: readonly File[], folder?: string): Given | undefined {
  const [first] = files;
  if (!first) return undefined;
  const isModel = folder !== undefined || files.some(({ name }) => MODEL_FILE.test(name));
  if (isModel) return { kind: "model", name: folder ?? folderOf(first) ?? first.name, files };
  return { kind: first.type.startsWith("video/") ? "video" : "picture", file: first };
}

function folderOf({ webkitRelativePath }: File): string | undefined {
  return webkitRelativePath?.split("/")[0] || undefined;
}

/** The files of a drop or a paste; of a folder those that lie right in it. Call it before anything is awaited. */
export async function givenBy(transfer: DataTransfer): Promise<Given | undefined> {
  const files = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  const folder = entries.find((entry): entry is FileSystemDirectoryEntry => entry.isDirectory);
  if (!folder) return sortFiles(files);
  return sortFiles(await filesIn(folder), folder.name);
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  // A reader gives a hundred entries at a time, and none when it is done.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    found.push(...some);
  }
  const files = found.filter((entry): entry is FileSystemFileEntry => entry.isFile);
  return Promise.all(files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))));
}
