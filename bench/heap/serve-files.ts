import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";

export interface FilesServer {
  /** Of the folder. */
  readonly url: string;
  /** Bytes that were sent. */
  readonly sent: () => number;
  close(): Promise<void>;
}

/** Serves a model folder on this machine to pages of any origin, by ranges; the folder may lie nowhere. */
export async function serveFiles(files: ModelFiles): Promise<FilesServer> {
  let sent = 0;
  const server = createServer((request, response) => {
    answer(files, request, response).then(
      (bytes) => {
        sent += bytes;
      },
      (error: unknown) => response.destroy(error as Error),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`,
    sent: () => sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(files: ModelFiles, request: IncomingMessage, response: ServerResponse): Promise<number> {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "Range");
  response.setHeader("Access-Control-Expose-Headers", "Content-Range, ETag");
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return 0;
  }
  const source = await files.open(request.url!.split("/").at(-1)!);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  if (!source || first === undefined) {
    response.writeHead(404).end();
    return 0;
  }
  const [begin, end] = [Number(first), Math.min(Number(last) + 1, source.size)];
  const bytes = await source.read(begin, end);
  const headers = { ETag: '"seeded"', "Content-Range": `bytes ${begin}-${end - 1}/${source.size}` };
  response.writeHead(206, headers).end(bytes);
  return bytes.length;
}
