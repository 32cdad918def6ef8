import { MOST_OWN } from "./own-photos.ts";

/** What a person gave: by dropping, pasting or picking. */
export type Given =
  | { readonly kind: "pictures"; readonly files: readonly File[]; readonly leftOut: number }
  | { readonly kind: "video"; readonly file: File; readonly leftOut: number }
  | { readonly kind: "model"; readonly name: string; readonly files: readonly File[] };

const MODEL_FILE = /\.(?:safetensors|bin|pt|pth)$|^(?:config|preprocessor_config|model\.safetensors\.index)\.json$/i;

/**
 * Tells models from videos from pictures. What is none of them counts as a picture, whose reader then says what it wants. Of
 * videos and pictures at once the first tells what is taken: that video, or all pictures as far as they can be kept.
 * @param folder the name of the folder that was dropped or picked, if it was one
 */
export function sortFiles(files: readonly File[], folder?: string): Given | undefined {
  const [first] = files;
  if (!first) return undefined;
  const isModel = folder !== undefined || files.some(isOfModel);
  if (isModel) return { kind: "model", name: folder ?? folderOf(first) ?? first.name, files };
  if (isVideo(first)) return { kind: "video", file: first, leftOut: files.length - 1 };
  const pictures = files.filter((file) => !isVideo(file)).slice(0, MOST_OWN);
  return { kind: "pictures", files: pictures, leftOut: files.length - pictures.length };
}

function isVideo({ type }: File): boolean {
  return type.startsWith("video/");
}

function isOfModel({ name }: File): boolean {
  return MODEL_FILE.test(name);
}

function folderOf({ webkitRelativePath }: File): string | undefined {
  return webkitRelativePath?.split("/")[0] || undefined;
}

/** The files of a drop or a paste; of a folder those that lie right in it, be it a model or an album. Call it before anything is awaited. */
export async function givenBy(transfer: DataTransfer): Promise<Given | undefined> {
  const files = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  const folder = entries.find((entry): entry is FileSystemDirectoryEntry => entry.isDirectory);
  if (!folder) return sortFiles(files);
  const inside = await filesIn(folder);
  const seen = inside.filter(({ type }) => /^(?:image|video)\//.test(type));
  const isAlbum = seen.length > 0 && !inside.some(isOfModel);
  return isAlbum ? sortFiles(seen) : sortFiles(inside, folder.name);
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
