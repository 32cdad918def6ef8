import { expect, test } from "vitest";
import { steadyFetch } from "../../../src/runtime/sources/steady-fetch.ts";
import type { Fetcher } from "../../../src/runtime/sources/watched-request.ts";

const PATIENCE = { retries: 3, stall: 200, wait: 1, maxWait: 2 };
const fails = async () => {
  throw new TypeError("Failed to fetch");
};
const stalls: Fetcher = (_, { signal }) =>
  new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
const answers = async () => new Response("ok");

/** A server that behaves in one way after the other, and then answers. */
function server(...ways: Fetcher[]) {
  let requests = 0;
  const fetcher = steadyFetch((url, init) => (ways[requests++] ?? answers)(url, init), PATIENCE);
  return { fetcher, requests: () => requests };
}

test.each([
  ["a failure", fails, /"Failed to fetch"/],
  ["a stall", stalls, /no byte for 0\.2 s/],
])("%s of the first request is told at once", async (_, way, message) => {
  const { fetcher, requests } = server(way, answers);
  await expect(fetcher("http://a/b", {})).rejects.toThrow(message);
  expect(requests()).toBe(1);
});

test("once a server has answered, its failures are tried again", async () => {
  const { fetcher, requests } = server(answers, fails, stalls, answers);
  await fetcher("http://a/b", {});
  expect(await (await fetcher("http://a/c", {})).text()).toBe("ok");
  expect(requests()).toBe(4);
});
