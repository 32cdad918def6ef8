import { existsSync } from "node:fs";
import { lstat, mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Fault } from "../../hub-server.ts";
import { B, CONFIG, contentOf, ETAG, errorOf, ID, isWeights, PR, tinyHub, WEIGHTS } from "./tiny-hub.ts";
import { untilKept } from "./until-kept.ts";

const tiny = tinyHub();
const { model, inModel, blobs, ofWeights, spoil } = tiny;

test("cuts: each request goes on where the last one ended", async () => {
  spoil(2, ({ range }, response, body) => {
    const from = Number(/=(\d+)-/.exec(range ?? "bytes=0-")![1]);
    response.writeHead(range ? 206 : 200, {
      "Content-Length": body!.length - from,
      ...(range && { "Content-Range": `bytes ${from}-${body!.length - 1}/${body!.length}` }),
    });
    response.write(body!.subarray(from, from + 100_000), async () => {
      await untilKept(inModel("blobs"), from + 100_000);
      response.destroy();
    });
    return true;
  });
  const seen: [number, number][] = [];
  const files = model(ID, { ...PR, onDownload: (done, total) => seen.push([done, total]) });
  expect(await contentOf(files, "model.safetensors")).toSatisfy(isWeights);
  const ranges = ofWeights().map(({ range }) => range);
  expect(ranges).toHaveLength(3);
  expect(ranges[0]).toBeUndefined();
  expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/);
  expect(new Set(seen.map(([, total]) => total))).toEqual(new Set([WEIGHTS.length]));
  expect(seen.at(-1)).toEqual([WEIGHTS.length, WEIGHTS.length]);
  expect(await blobs()).toEqual([ETAG]);
});

test("stalls: a request without a byte is given up and resumed, in headers as in the body", async () => {
  let first = true;
  spoil(2, (_, response, body) => {
    if (!first) return true;
    first = false;
    response.writeHead(200, { "Content-Length": body!.length });
    response.write(body!.subarray(0, 50_000));
    return true;
  });
  expect(await contentOf(model(ID, { ...PR, stall: 1000 }), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual([undefined, "bytes=50000-", "bytes=50000-"]);
});

test("429 and 503 are waited for, as long as asked", async () => {
  const times: number[] = [];
  let answers = 0;
  tiny.hub.fault = (_, response) => {
    times.push(performance.now());
    if (answers++ >= 2) return false;
    response
      .writeHead(answers === 1 ? 429 : 503, { "Retry-After": answers === 1 ? "100" : new Date().toUTCString() })
      .end();
    return true;
  };
  expect(String(await contentOf(model(), "config.json"))).toBe(CONFIG);
  // maxWait holds against the time that was asked for.
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(38);
  expect(times[1]! - times[0]!).toBeLessThan(100_000);
});

test("patience ends, and what has come stays", async () => {
  spoil(99, ({ range }, response, body) => {
    if (range) response.destroy();
    else {
      response.writeHead(200, { "Content-Length": body!.length });
      response.write(body!.subarray(0, 1000), async () => {
        await untilKept(inModel("blobs"), 1000);
        response.destroy();
      });
    }
    return true;
  });
  const message = await errorOf(model(ID, PR).open("model.safetensors"));
  expect(message).toMatch(
    /^Intel\/dpt-tiny\/model\.safetensors: want the file from the server, got .* 4 times in a row/,
  );
  expect(await blobs()).toEqual([`${ETAG}.incomplete`]);
  expect((await lstat(inModel("blobs", `${ETAG}.incomplete`))).size).toBe(1000);
  expect(existsSync(inModel("snapshots", B, "model.safetensors"))).toBe(false);
});

test("an abort passes through and leaves what has come, where the next run goes on", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  spoil(1, (_, response, body) => {
    response.writeHead(200, { "Content-Length": body!.length });
    response.write(body!.subarray(0, 30_000), async () => {
      await untilKept(inModel("blobs"), 30_000);
      controller.abort(reason);
    });
    return true;
  });
  const error = await model(ID, PR)
    .open("model.safetensors", controller.signal)
    .catch((e: unknown) => e);
  expect(error).toBe(reason);
  expect(await blobs()).toEqual([`${ETAG}.incomplete`]);
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual([undefined, "bytes=30000-"]);
  expect(await blobs()).toEqual([ETAG]);
});

/** What an earlier run has left. */
async function leave(bytes: Uint8Array): Promise<void> {
  await mkdir(inModel("blobs"), { recursive: true });
  await writeFile(inModel("blobs", `${ETAG}.incomplete`), bytes);
}

test.each([
  ["as long as the whole", WEIGHTS, []],
  ["longer than the whole", new Uint8Array(400_001), [undefined]],
  ["wrong", new Uint8Array(1000), ["bytes=1000-", undefined]],
  ["as long, but wrong", new Uint8Array(400_000), [undefined]],
  ["empty", new Uint8Array(0), [undefined]],
])("a rest of an earlier run that is %s", async (_, rest, ranges) => {
  await leave(rest);
  const notices: string[] = [];
  const files = model(ID, { ...PR, onNotice: (notice) => notices.push(notice) });
  expect(await contentOf(files, "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual(ranges);
  expect(await blobs()).toEqual([ETAG]);
  const isWrong = rest !== WEIGHTS && rest.length > 0 && rest.length <= WEIGHTS.length;
  expect(notices).toEqual(
    isWrong ? [expect.stringMatching(/want the sha256 .*, got .*; what an earlier download had left is deleted/)] : [],
  );
});

test.each<[string, Fault]>([
  ["416", (_, response) => !!response.writeHead(416, { "Content-Range": "bytes */5" }).end()],
  ["another range", (_, response) => !!response.writeHead(206, { "Content-Range": "bytes 0-9/10" }).end("0123456789")],
  ["no range", (_, response) => !!response.writeHead(206).end("0123456789")],
  ["all, though a part was asked for", (_, response, body) => !!response.writeHead(200).end(body)],
])("an answer to Range that is no use begins anew: %s", async (_, fault) => {
  await leave(WEIGHTS.subarray(0, 1000));
  spoil(1, fault);
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(await blobs()).toEqual([ETAG]);
});

test.each<[string, Fault, RegExp]>([
  [
    "wrong contents",
    (_, response) => !!response.end(new Uint8Array(400_000)),
    /want the sha256 .*, got .*It was deleted/,
  ],
  ["too long", (_, response) => !!response.end(new Uint8Array(400_001)), /got Content-Length: 400001 for 400000 bytes/],
  ["too short", (_, response) => !!response.end(new Uint8Array(0)), /got Content-Length: 0 for 400000 bytes/],
  [
    "too long, of no length told",
    (_, response) => {
      response.write(new Uint8Array(200_000));
      return !!response.end(new Uint8Array(200_001));
    },
    /got more than 400000 bytes after \d+ of 400000 bytes/,
  ],
  [
    "too short, of no length told",
    (_, response) => {
      response.write(new Uint8Array(0));
      return !!response.end();
    },
    /got 0 of 400000 bytes/,
  ],
  [
    "a lying length",
    (_, response) => !!response.writeHead(200, { "Content-Length": 10 }).end("0123456789"),
    /got Content-Length: 10 for 400000 bytes/,
  ],
])("what is wrong each time is deleted and told: %s", async (_, fault, message) => {
  spoil(99, fault);
  expect(await errorOf(model(ID, PR).open("model.safetensors"))).toMatch(message);
  expect(await blobs()).toEqual([]);
});

test("many at once download a file once", async () => {
  const all = await Promise.all([1, 2, 3, 4].map(() => contentOf(model(ID, PR), "model.safetensors")));
  for (const content of all) expect(content).toSatisfy(isWeights);
  expect(ofWeights()).toHaveLength(1);
  expect(await blobs()).toEqual([ETAG]);
});

test("a download of Python's that goes on meanwhile is left alone", async () => {
  await leave(WEIGHTS.subarray(0, 1000));
  const path = inModel("blobs", `${ETAG}.incomplete`);
  spoil(1, () => {
    void writeFile(path, WEIGHTS.subarray(0, 2000));
    return false;
  });
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual(["bytes=1000-"]);
  expect(await blobs()).toEqual([ETAG, `${ETAG}.incomplete`]);
});
