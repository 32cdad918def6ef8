import type { Entry } from "@zip.js/zip.js/lib/zip-core-reader.js";
import { DptError, FileError } from "../errors.ts";
import { isAbort } from "../is-abort.ts";
import { loadPart } from "../load-part.ts";
import { quote } from "../quote.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import { checkRange } from "../sources/check-range.ts";

/** Hundreds of times the tensors of any checkpoint: zip.js makes some kilobytes of each member's 46 bytes. */
const MAX_MEMBERS = 100_000;

/** That many members with names of a hundred letters and more. */
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;

/** Read at once, since zip.js looks into the end of the file many times; holds the directory of 1,000 members. */
const TAIL_BYTES = 128 * 1024;

/** The fixed part of a local file header; a name and an extra field of any length follow. */
const LOCAL_HEADER_BYTES = 30;

/** PyTorch pads the extra field so that data begins at a multiple of 64 bytes. */
const ALIGNMENT = 64;

/** Room for the extra field when header and data are read in one go. */
const EXTRA_BYTES = 2 * ALIGNMENT;

const RESAVE = "Save the checkpoint again with torch.save (1.6 or newer), or download it again.";

/**
 * The members of a zip archive (zip64 too) that are stored without compression, as files of their own.
 * Only the central directory is read; a member's local header, which says where its data begins, is read together with
 * its first bytes, so that a checkpoint on a web server costs one request per tensor.
 * @throws FileError if it is no whole zip, or a member is compressed, encrypted, twice there or outside the file.
 */
export async function readStoredZip(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ByteSource>> {
  const members = new Map<string, ByteSource>();
  for (const entry of await readDirectory(source, signal)) {
    if (entry.directory) continue;
    checkEntry(source, entry);
    if (members.has(entry.filename)) {
      throw new FileError(`${source.name}: want each member once, got ${quote(entry.filename)} twice. ${RESAVE}`);
    }
    members.set(entry.filename, storedMember(source, entry));
  }
  return members;
}

/** zip.js is imported only here and only when there is such a file, so that bundlers make it a chunk of its own. */
async function readDirectory(source: ByteSource, signal?: AbortSignal): Promise<Entry[]> {
  const { ZipReader } = await loadPart(import("@zip.js/zip.js/lib/zip-core-reader.js"));
  const tailBegin = Math.max(0, source.size - TAIL_BYTES);
  const tail = withZip64(await source.read(tailBegin, source.size, signal));
  const reader = {
    // Demanded by the type; with a size and readUint8Array it is never used.
    readable: new ReadableStream(),
    size: source.size,
    async readUint8Array(begin: number, length: number): Promise<Uint8Array> {
      if (length > MAX_DIRECTORY_BYTES) {
        throw new FileError(
          `${source.name}: want a zip directory of at most ${MAX_DIRECTORY_BYTES} bytes, got ${length}. ${RESAVE}`,
        );
      }
      if (begin >= tailBegin) return tail.subarray(begin - tailBegin, begin - tailBegin + length);
      const from = Math.min(begin, source.size);
      return source.read(from, Math.min(from + length, source.size), signal);
    },
  };
  try {
    const entries: Entry[] = [];
    for await (const entry of new ZipReader(reader).getEntriesGenerator()) {
      if (entries.push(entry) > MAX_MEMBERS) {
        throw new FileError(`${source.name}: want a zip of at most ${MAX_MEMBERS} members, got more. ${RESAVE}`);
      }
    }
    return entries;
  } catch (cause) {
    if (cause instanceof DptError || isAbort(cause, signal)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(
      `${source.name}: want a whole zip archive, got "${message}". The download was cut short; download the file again.`,
      { cause },
    );
  }
}

/** The last record of a zip without a comment, and what stands before it in a zip64: where the larger record lies. */
const END_BYTES = 22;
const LOCATOR_BYTES = 20;

/**
 * The end of a zip, saying that its zip64 record must be taken if it has one, as if it had 65,535 members or more.
 * PyTorch writes that record always. zip.js passes over one that is not needed, and then takes its 76 bytes between
 * directory and end for a shift of the whole file if the directory's first entry is just as long.
 */
function withZip64(tail: Uint8Array): Uint8Array {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const end = tail.length - END_BYTES;
  const isZip64 =
    end >= LOCATOR_BYTES &&
    view.getUint32(end, true) === 0x06054b50 &&
    view.getUint32(end - LOCATOR_BYTES, true) === 0x07064b50;
  if (!isZip64) return tail;
  const marked = tail.slice();
  marked.fill(0xff, end + 10, end + 12);
  return marked;
}

function checkEntry(source: ByteSource, entry: Entry): void {
  const where = `${source.name}: ${quote(entry.filename)}`;
  if (entry.encrypted) throw new FileError(`${where}: want plain data, got encrypted data. ${RESAVE}`);
  if (entry.compressionMethod !== 0) {
    throw new FileError(
      `${where}: want stored data, got data compressed by method ${entry.compressionMethod}. ` +
        "Zip it anew without compression (zip -0) or save the checkpoint again with torch.save.",
    );
  }
  const end = entry.offset + LOCAL_HEADER_BYTES + entry.uncompressedSize;
  if (entry.compressedSize !== entry.uncompressedSize || !(entry.offset >= 0 && end <= source.size)) {
    throw new FileError(
      `${where}: want data inside the file's ${source.size} bytes, ` +
        `got ${entry.compressedSize} bytes behind byte ${entry.offset}. ${RESAVE}`,
    );
  }
}

function storedMember(source: ByteSource, entry: Entry): ByteSource {
  const member = { name: `${source.name}: ${entry.filename}`, size: entry.uncompressedSize };
  // Begun at a multiple of 64, the bytes keep in memory the alignment that they have in the file.
  const from = entry.offset - (entry.offset % ALIGNMENT);
  const headerEnd = entry.offset + LOCAL_HEADER_BYTES + entry.rawFilename.length + EXTRA_BYTES;
  let dataBegin: number | undefined;
  return {
    ...member,
    within: { file: source, begin: from, end: Math.min(source.size, headerEnd + member.size) },
    async read(begin, end, signal) {
      checkRange(member, begin, end);
      if (dataBegin !== undefined) return source.read(dataBegin + begin, dataBegin + end, signal);
      const until = Math.min(source.size, headerEnd + (begin === 0 ? end : 0));
      const bytes = await source.read(from, until, signal);
      dataBegin = entry.offset + localHeaderLength(member, entry, bytes.subarray(entry.offset - from));
      if (dataBegin + member.size > source.size) {
        throw new FileError(`${member.name}: want data inside the file, got an end behind it. ${RESAVE}`);
      }
      if (dataBegin + end <= until) return bytes.subarray(dataBegin + begin - from, dataBegin + end - from);
      return source.read(dataBegin + begin, dataBegin + end, signal);
    },
  };
}

/** Checks that the local header tells what the directory told, since the two can be made to differ. */
function localHeaderLength(member: { readonly name: string }, entry: Entry, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameLength = bytes.length < LOCAL_HEADER_BYTES ? 0 : view.getUint16(26, true);
  const name = bytes.subarray(LOCAL_HEADER_BYTES, LOCAL_HEADER_BYTES + nameLength);
  const agrees =
    name.length === entry.rawFilename.length &&
    name.every((byte, i) => byte === entry.rawFilename[i]) &&
    view.getUint32(0, true) === 0x04034b50 &&
    (view.getUint16(6, true) & 1) === 0 &&
    view.getUint16(8, true) === 0;
  if (!agrees) {
    throw new FileError(
      `${member.name}: want a local header that agrees with the zip directory, got another. ${RESAVE}`,
    );
  }
  return LOCAL_HEADER_BYTES + nameLength + view.getUint16(28, true);
}
