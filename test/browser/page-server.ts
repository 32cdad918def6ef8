import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import { build } from "vite";

const pages = fileURLToPath(new URL("pages/", import.meta.url));

export interface PageServer {
  /** `http://127.0.0.1:PORT`; the pages lie right below it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Bundles `test/browser/pages/*.html` as an app would (vite) and serves them on 127.0.0.1, with folders of this machine
 * beside them, all with HTTP ranges.
 * @param folders by the path they get: `{ fixtures: "/a/folder" }` is served as `/fixtures/...`
 * @param headers of every answer
 */
export function startPageServer(
  folders: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<PageServer> {
  return serveBundle(bundlePages, folders, headers);
}

/**
 * Serves what `bundlePages` writes into a folder, until it is closed.
 * @param folders as in {@link startPageServer}, and so are `headers`
 */
export async function serveBundle(
  bundlePages: (outDir: string) => Promise<unknown>,
  folders: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<PageServer> {
  const bundle = await mkdtemp(join(tmpdir(), "dpt-webgpu-pages-"));
  await bundlePages(bundle);
  const files = new Map(Object.entries(folders).map(([name, folder]) => [name, sirv(folder, { dev: true })]));
  const bundled = sirv(bundle, { dev: true });

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [, name = "", rest = ""] = /^\/([^/?]*)(.*)$/.exec(request.url ?? "/") ?? [];
    const folder = files.get(name);
    if (folder) serve(folder, request, response, rest);
    else serve(bundled, request, response, request.url ?? "/");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(bundle, { recursive: true });
    },
  };
}

async function bundlePages(outDir: string): Promise<void> {
  const names = (await readdir(pages)).filter((name) => name.endsWith(".html"));
  await build({
    root: pages,
    configFile: false,
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      minify: false,
      rolldownOptions: { input: names.map((name) => join(pages, name)) },
    },
  });
}

function serve(folder: ReturnType<typeof sirv>, request: IncomingMessage, response: ServerResponse, url: string): void {
  request.url = url;
  folder(request, response, () => {
    response.writeHead(404).end();
  });
}
