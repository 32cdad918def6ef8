import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServedFile {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** 206 if left out. */
  readonly status?: number;
}

export interface FileServer {
  /** Of a folder in which {@link FileServer.files} lie. */
  readonly url: string;
  /** By name; may be exchanged. */
  files: Readonly<Record<string, ServedFile>>;
  /** `NAME FIRST-LAST` of each request. */
  readonly asked: string[];
  /** Called before an answer; what it throws cuts the line. */
  before: (asked: string) => void;
  stop(): Promise<void>;
}

/** Serves files by ranges. */
export async function startFileServer(files: FileServer["files"]): Promise<FileServer> {
  const state = { files, asked: [] as string[], before: (_asked: string) => {} };
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.split("?")[0]!.split("/").at(-1)!);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const asked = `${name} ${first}-${last}`;
    state.asked.push(asked);
    try {
      state.before(asked);
    } catch {
      request.socket.destroy();
      return;
    }
    const file = state.files[name];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const { bytes, headers, status = 206 } = file;
    const [begin, end] = [Number(first), Math.min(Number(last) + 1, bytes.length)];
    response.writeHead(status, { ...headers, "Content-Range": `bytes ${begin}-${end - 1}/${bytes.length}` });
    response.end(bytes.subarray(begin, end));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`, stop });
}
