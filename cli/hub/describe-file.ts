import { pathsInfo } from "@huggingface/hub";
import { isPlainName } from "../../src/runtime/checkpoints/plain-name.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { authorization, type HubModel, refusal, resolveUrl } from "../../src/runtime/hub/hub-model.ts";
import type { Fetcher } from "../../src/runtime/sources/watched-request.ts";
import { redirectOf } from "./careful-fetch.ts";

/** What a file of a commit is to be. */
export interface FileDescription {
  readonly file: string;
  readonly url: string;
  /** Name of its contents in the cache: the hash, where the server tells one. */
  readonly etag: string;
  /** Bytes; `undefined` if the server does not tell. */
  readonly size: number | undefined;
}

/** Algorithm by the length of the hash: large files are known by SHA-256, small ones as git knows them. */
export function hashKind(etag: string): "sha256" | "git-sha1" | undefined {
  return /^[0-9a-f]{64}$/.test(etag) ? "sha256" : /^[0-9a-f]{40}$/.test(etag) ? "git-sha1" : undefined;
}

/** What the server has told so far. */
interface Told {
  etag?: string | undefined;
  size?: number | undefined;
}

/**
 * Asks for a file's hash and length, as huggingface_hub does: by the headers of its address, up to where that leads to
 * another server, which does not know the hash. A proxy may drop these headers; then the hub's API is asked.
 * @param fetcher tries again by itself
 * @returns `undefined` if the commit has no such file
 * @throws FileError if the hub refuses, or the file can be told from others by nothing
 */
export async function describeFile(
  model: HubModel,
  commit: string,
  file: string,
  fetcher: Fetcher,
  signal?: AbortSignal,
): Promise<FileDescription | undefined> {
  const url = `${resolveUrl(model, commit)}/${encodeURIComponent(file)}`;
  const told = await byHeaders(model, url, fetcher, signal);
  if (!told) return undefined;
  if (told.etag === undefined || !hashKind(told.etag)) Object.assign(told, await byApi(model, commit, file, fetcher));
  const { etag, size } = told;
  if (etag === undefined || !isPlainName(etag)) {
    throw new FileError(
      `${model.id}/${file}: want its hash from ${model.endpoint}, got none. Is that a hub? Download the folder instead.`,
    );
  }
  return { file, url, etag, size };
}

async function byHeaders(
  model: HubModel,
  url: string,
  fetcher: Fetcher,
  signal: AbortSignal | undefined,
): Promise<Told | undefined> {
  const headers = { ...authorization(model), "Accept-Encoding": "identity" };
  for (let [at, hops] = [url, 0]; ; hops++) {
    const response = await fetcher(at, { method: "HEAD", headers, redirect: "manual", ...(signal && { signal }) });
    const refused = await refusal(model, response);
    if (refused) throw refused;
    if (response.status === 404) return undefined;
    const linked = response.headers.get("X-Linked-Etag");
    const next = redirectOf(at, response);
    if (linked === null && next !== undefined && new URL(next).origin === new URL(url).origin && hops < 5) {
      at = next;
      continue;
    }
    const size = response.headers.get("X-Linked-Size") ?? (response.ok ? response.headers.get("Content-Length") : null);
    const etag = linked ?? response.headers.get("ETag");
    return {
      // Quotes, and W/ before them where something on the way has compressed.
      etag: etag?.trim().replace(/^(?:W\/)?"(.*)"$/, "$1"),
      size: size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
    };
  }
}

async function byApi(model: HubModel, commit: string, file: string, fetcher: Fetcher): Promise<Told> {
  const authorized = (url: string | URL | Request, init: RequestInit = {}) =>
    fetcher(String(url), {
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...authorization(model) },
    });
  const [info] = await pathsInfo({
    repo: { type: "model", name: model.id },
    paths: [file],
    revision: commit,
    hubUrl: model.endpoint,
    fetch: authorized as typeof fetch,
    // What has no API either is told by its headers alone.
  }).catch(() => []);
  return info ? { etag: info.lfs?.oid ?? info.oid, size: info.size } : {};
}
