import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";
import { filesFromUrl } from "../../../src/runtime/sources/url-source.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/m`;
}

/** Longer than what opening reads. */
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
const size = content.length;

function rangeOf(request: IncomingMessage): [number, number] {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")!;
  return [Number(first), Math.min(Number(last) + 1, size)];
}

/** Answers as a server with ranges does, except for what `change` changes from the second request on. */
function ranges(change: (response: ServerResponse, begin: number, end: number) => boolean = () => false): Handler {
  let requests = 0;
  return (request, response) => {
    const [begin, end] = rangeOf(request);
    response.setHeader("Content-Range", `bytes ${begin}-${end - 1}/${size}`);
    response.setHeader("ETag", '"one"');
    response.statusCode = 206;
    if (requests++ > 0 && change(response, begin, end)) return;
    response.end(content.subarray(begin, end));
  };
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileError);
  return error as Error;
}

test("ranges: one request to open, none for the beginning, one for each range behind it", async () => {
  const asked: string[] = [];
  const handler = ranges();
  const base = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.range}`);
    handler(request, response);
  });
  const source = (await filesFromUrl(`${base}/?sig=1`).open("a b.bin"))!;
  expect(source.size).toBe(size);
  expect(source.name).toBe(`${base}/a b.bin`);
  expect(await source.read(0, 100)).toEqual(content.slice(0, 100));
  expect(await source.read(131_000, 131_072)).toEqual(content.slice(131_000, 131_072));
  expect(await source.read(size, size)).toEqual(new Uint8Array(0));
  expect(await source.read(131_000, 131_073)).toEqual(content.slice(131_000, 131_073));
  expect(await source.read(size - 1, size)).toEqual(content.slice(size - 1));
  expect(asked).toEqual([
    "/models/m/a%20b.bin?sig=1 bytes=0-131071",
    "/models/m/a%20b.bin?sig=1 bytes=131000-131072",
    `/models/m/a%20b.bin?sig=1 bytes=${size - 1}-${size - 1}`,
  ]);
  await expect(source.read(0, size + 1)).rejects.toThrow(/byte range inside its 300000 bytes/);
});

test("a server without ranges: the whole file once", async () => {
  let requests = 0;
  const base = await serve((_, response) => {
    requests++;
    response.end(content);
  });
  const source = (await filesFromUrl(base).open("a.bin"))!;
  expect(source.size).toBe(size);
  expect(await source.read(200_000, size)).toEqual(content.slice(200_000));
  expect(requests).toBe(1);
});

test("an empty file", async () => {
  const base = await serve((_, response) => {
    response.writeHead(416, { "Content-Range": "bytes */0" }).end();
  });
  expect((await filesFromUrl(base).open("a.bin"))!.size).toBe(0);
});

test("the size comes from Content-Length where Content-Range is hidden", async () => {
  const base = await serve((request, response) => {
    if (request.method === "HEAD") {
      response.writeHead(200, { "Content-Length": size }).end();
      return;
    }
    const [begin, end] = rangeOf(request);
    response.writeHead(206).end(content.subarray(begin, end));
  });
  const source = (await filesFromUrl(base).open("a.bin"))!;
  expect(source.size).toBe(size);
  expect(await source.read(200_000, 200_004)).toEqual(content.slice(200_000, 200_004));
});

test("neither Content-Range nor Content-Length", async () => {
  const base = await serve((request, response) => {
    if (request.method === "HEAD") response.writeHead(405).end();
    else response.writeHead(206).end("abc");
  });
  expect((await errorOf(filesFromUrl(base).open("a.bin"))).message).toMatch(
    /got neither \(status 405\).*Expose-Headers/,
  );
});

test.each<[string, Handler]>([
  ["status 404", (_, response) => response.writeHead(404).end("no")],
  [
    "the start page of an app in place of a missing file",
    (_, response) => response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end("<!doctype html>"),
  ],
])("%s is no file", async (_, handler) => {
  expect(await filesFromUrl(await serve(handler)).open("a.bin")).toBeUndefined();
});

test.each([
  [401, /got 401 Unauthorized. The file is private.*Authorization/],
  [403, /got 403 Forbidden. The file is private or gated/],
  [416, /got 416 .*shorter than the server said/],
  [429, /got 429 .*Too many requests/],
  [500, /got 500 Internal Server Error. Try again later/],
])("status %i on opening", async (status, message) => {
  const base = await serve((_, response) => response.writeHead(status).end());
  const error = await errorOf(filesFromUrl(base).open("a.bin"));
  expect(error.message).toMatch(message);
  expect(error.message).toContain(`${base}/a.bin`);
});

test.each<[string, Parameters<typeof ranges>[0], RegExp]>([
  [
    "a short body",
    (response, begin, end) => Boolean(response.end(content.subarray(begin, end - 1))),
    /want 4 bytes, got 3.*connection broke/,
  ],
  [
    "a long body",
    (response, begin, end) => Boolean(response.end(content.subarray(begin, end + 1))),
    /want at most 4 bytes, got more/,
  ],
  [
    "another range",
    (response, begin, end) => {
      response.setHeader("Content-Range", `bytes ${begin + 1}-${end}/${size}`);
      return Boolean(response.end(content.subarray(begin + 1, end + 1)));
    },
    /want bytes 200000-200003\/300000, got bytes 200001-200004\/300000/,
  ],
  [
    "a range that begins earlier",
    (response, begin, end) => {
      response.setHeader("Content-Range", `bytes ${begin - 1}-${end - 1}/${size}`);
      return false;
    },
    /got bytes 199999-200003\/300000/,
  ],
  [
    "another size",
    (response, begin, end) => {
      response.setHeader("Content-Range", `bytes ${begin}-${end - 1}/${size + 1}`);
      return false;
    },
    /got bytes 200000-200003\/300001. The file changed/,
  ],
  [
    "a range that cannot be understood",
    (response) => {
      response.setHeader("Content-Range", "items 1-2/*");
      return false;
    },
    /want "Content-Range: bytes FIRST-LAST\/SIZE", got "items 1-2\/\*"/,
  ],
  [
    "another file",
    (response) => {
      response.setHeader("ETag", '"two"');
      return false;
    },
    /its ETag changed/,
  ],
  [
    "the whole file",
    (response) => {
      response.statusCode = 200;
      return Boolean(response.end(content));
    },
    /got 200 OK. It served ranges before/,
  ],
  [
    "status 416",
    (response) => {
      response.statusCode = 416;
      return Boolean(response.end());
    },
    /got 416 .*shorter than the server said/,
  ],
  [
    "status 404",
    (response) => {
      response.statusCode = 404;
      return Boolean(response.end());
    },
    /got 404 .*was there when it was opened/,
  ],
  [
    "a broken connection",
    (response) => {
      response.setHeader("Content-Length", 4);
      response.write("a");
      setTimeout(() => response.destroy(), 10);
      return true;
    },
    /want an answer from the server, got "TypeError.*Check the address and the connection/,
  ],
])("%s in answer to a later range", async (_, change, message) => {
  const source = (await filesFromUrl(await serve(ranges(change))).open("a.bin"))!;
  const error = await errorOf(source.read(200_000, 200_004));
  expect(error.message).toMatch(message);
  expect(error.message).toContain(source.name);
});

test("a broken connection while the whole file comes", async () => {
  const base = await serve((_, response) => {
    response.writeHead(200, { "Content-Length": 1000 });
    response.write("a");
    setTimeout(() => response.destroy(), 10);
  });
  expect((await errorOf(filesFromUrl(base).open("a.bin"))).message).toMatch(/want an answer from the server/);
});

test("no server", async () => {
  const base = await serve(() => {});
  for (const stop of stops.splice(0)) stop();
  const error = await errorOf(filesFromUrl(base).open("a.bin"));
  expect(error.message).toMatch(/want an answer from the server.*CORS/);
  expect(error.cause).toBeInstanceOf(TypeError);
});

test("an abort passes through untouched: before, while opening, while reading", async () => {
  const reason = new Error("enough");
  const before = filesFromUrl(await serve(ranges())).open("a.bin", AbortSignal.abort(reason));
  expect(await before.catch((e: unknown) => e)).toBe(reason);

  const opening = new AbortController();
  const silent = await serve(() => opening.abort());
  const opened = await filesFromUrl(silent)
    .open("a.bin", opening.signal)
    .catch((e: unknown) => e);
  expect(opened).toMatchObject({ name: "AbortError" });
  expect(opened).not.toBeInstanceOf(FileError);

  const reading = new AbortController();
  const base = await serve(
    ranges((response) => {
      response.write("a");
      setTimeout(() => reading.abort(reason), 10);
      return true;
    }),
  );
  const source = (await filesFromUrl(base).open("a.bin"))!;
  expect(await source.read(200_000, 200_004, reading.signal).catch((e: unknown) => e)).toBe(reason);
});

test("a fetch of one's own adds headers", async () => {
  const base = await serve((request, response) => {
    if (request.headers.authorization === "Bearer x") ranges()(request, response);
    else response.writeHead(401).end();
  });
  const withToken = (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    headers.set("Authorization", "Bearer x");
    return fetch(url, { ...init, headers });
  };
  expect((await filesFromUrl(base, { fetch: withToken }).open("a.bin"))?.size).toBe(size);
});

test("an address that is none", () => {
  expect(() => filesFromUrl("not an address")).toThrow(UsageError);
});

test("a body without end is given up", async () => {
  const endless = (response: ServerResponse) => {
    let sent = 0;
    const send = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      // Past this a reader has not let go.
      if (sent > 2 ** 28) response.destroy();
    };
    response.on("drain", send);
    send();
    return true;
  };
  const whole = await serve((_, response) => void endless(response));
  const error = await errorOf(filesFromUrl(whole, { maxBytes: 1_000_000 }).open("w.bin"));
  expect(error.message).toMatch(/w\.bin: want at most 1000000 bytes, got more\./);
  const source = (await filesFromUrl(await serve(ranges(endless))).open("w.bin"))!;
  expect((await errorOf(source.read(150_000, 160_000))).message).toMatch(/want at most 10000 bytes, got more\./);
});

test("redirects without end are given up, and so are those to what is no address of the web", async () => {
  let hops = 0;
  const base = await serve((_, response) => {
    hops++;
    response.writeHead(302, { Location: `/models/m/w.bin?${hops}` }).end();
  });
  await errorOf(filesFromUrl(base).open("w.bin"));
  expect(hops).toBeLessThan(25);
  const local = await serve((_, response) => {
    response.writeHead(302, { Location: "file:///etc/passwd" }).end();
  });
  await errorOf(filesFromUrl(local).open("w.bin"));
});
