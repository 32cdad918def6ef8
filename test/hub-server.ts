import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Files = Readonly<Record<string, Uint8Array | string>>;

export interface HubModelFixture {
  /** Files by commit. */
  readonly commits: Readonly<Record<string, Files>>;
  /** Commits by branch, tag or `refs/pr/N`. */
  readonly refs: Readonly<Record<string, string>>;
  /** Who may read it; everybody if left out. */
  readonly token?: string;
  readonly gated?: boolean;
}

export interface Asked {
  readonly server: "hub" | "cdn";
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Spoils an answer; returns whether it has given one. */
export type Fault = (asked: Asked, response: ServerResponse, body: Uint8Array | undefined) => boolean | undefined;

export interface HubServer {
  readonly endpoint: string;
  readonly asked: Asked[];
  /** What goes wrong, until it is exchanged. */
  fault: Fault | undefined;
  stop(): Promise<void>;
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const gitSha1 = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** The name that a file's contents have in the cache: large files are known by another hash than small ones. */
export function etagOf(file: string, content: Uint8Array | string): string {
  const bytes = Buffer.from(content);
  return isLarge(file) ? sha256(bytes) : gitSha1(bytes);
}

const isLarge = (file: string) => /\.(?:safetensors|bin)$/.test(file);

/** A commit's hash for a test. */
export const commit = (digit: string) => digit.repeat(40);

/**
 * A hub of a few models on this machine: small files come from the hub itself, large ones by a redirect to a server of another
 * origin, as with huggingface.co and its CDN.
 */
export async function startHub(models: Readonly<Record<string, HubModelFixture>>): Promise<HubServer> {
  const contents = new Map<string, Uint8Array>();
  const asked: Asked[] = [];
  const hub: { fault: Fault | undefined } = { fault: undefined };
  const note = (server: Asked["server"], { method = "", url = "", headers }: IncomingMessage): Asked => {
    const { range, authorization } = headers;
    const entry = { server, method, url, range, authorization };
    asked.push(entry);
    return entry;
  };
  const send = (entry: Asked, response: ServerResponse, bytes: Uint8Array) => {
    if (entry.method === "HEAD") {
      response.setHeader("Content-Length", bytes.length);
      response.end();
    } else sendRange(entry, response, bytes);
  };
  const cdn = await listen((request, response) => {
    const entry = note("cdn", request);
    const bytes = contents.get(entry.url.split(/[/?]/)[2]!);
    if (hub.fault?.(entry, response, bytes)) return;
    if (!bytes) return refuse(response, 403);
    send(entry, response, bytes);
  });
  const main = await listen(async (request, response) => {
    const entry = note("hub", request);
    const url = new URL(entry.url, "http://hub");
    const api = /^\/api\/models\/(.+)\/(revision|paths-info)\/([^/]+)$/.exec(url.pathname);
    const [, id = "", what = "", revision = "", file = ""] = api
      ? [...api]
      : (/^\/(.+)\/(resolve)\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []);
    const model = models[id];
    const isOpen = model?.token === undefined || entry.authorization === `Bearer ${model.token}`;
    if (!model) return refuse(response, 401, "RepoNotFound");
    if (!isOpen) return refuse(response, entry.authorization ? 403 : 401, model.gated ? "GatedRepo" : "RepoNotFound");
    const name = decodeURIComponent(revision);
    const sha = model.commits[name] ? name : model.refs[name];
    if (sha === undefined) return refuse(response, 404, "RevisionNotFound");
    const files = model.commits[sha]!;
    if (what === "revision") return json(response, { id, sha, siblings: Object.keys(files).map(asSibling) });
    if (what === "paths-info") {
      const { paths } = JSON.parse(await textOf(request)) as { paths: string[] };
      return json(
        response,
        paths.filter((path) => path in files).map((path) => pathInfo(path, Buffer.from(files[path]!))),
      );
    }
    response.setHeader("X-Repo-Commit", sha);
    const content = files[decodeURIComponent(file)];
    const bytes = content === undefined ? undefined : Buffer.from(content);
    if (hub.fault?.(entry, response, bytes)) return;
    if (!bytes) return refuse(response, 404, "EntryNotFound");
    const etag = etagOf(file, bytes);
    if (!isLarge(file)) {
      response.setHeader("ETag", `"${etag}"`);
      return send(entry, response, bytes);
    }
    contents.set(etag, bytes);
    response.writeHead(302, {
      "X-Linked-Etag": `"${etag}"`,
      "X-Linked-Size": bytes.length,
      ETag: '"of the redirect"',
      Location: `${cdn.origin}/blobs/${etag}?signature=s`,
    });
    response.end();
  });
  return Object.assign(hub, {
    endpoint: main.origin,
    asked,
    async stop() {
      await Promise.all([main.stop(), cdn.stop()]);
    },
  });
}

/** All of a file, or the part that a Range header asks for. */
function sendRange({ range }: Asked, response: ServerResponse, bytes: Uint8Array): void {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!match) {
    response.setHeader("Content-Length", bytes.length);
    response.end(bytes);
    return;
  }
  const begin = Number(match[1]);
  const end = match[2] ? Math.min(Number(match[2]) + 1, bytes.length) : bytes.length;
  if (begin >= bytes.length) {
    response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
    return;
  }
  const headers = { "Content-Range": `bytes ${begin}-${end - 1}/${bytes.length}`, "Content-Length": end - begin };
  response.writeHead(206, headers).end(bytes.subarray(begin, end));
}

const asSibling = (rfilename: string) => ({ rfilename });

function pathInfo(path: string, bytes: Uint8Array) {
  const large = isLarge(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } };
  return { type: "file", path, size: bytes.length, oid: gitSha1(bytes), ...large };
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  response.writeHead(status, code ? { "X-Error-Code": code } : {}).end("no");
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function listen(handler: RequestListener) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
