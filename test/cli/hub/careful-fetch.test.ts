import { expect, test } from "vitest";
import { carefulFetch } from "../../../cli/hub/careful-fetch.ts";

/** A server that redirects without end: what was asked, and with what token. */
function endless(next: (hop: number) => string) {
  const asked: [url: string, token: string | null][] = [];
  const fetcher = carefulFetch(async (url, init) => {
    asked.push([url, new Headers(init.headers).get("Authorization")]);
    return new Response(null, { status: 302, headers: { Location: next(asked.length) } });
  });
  return { asked, fetcher };
}

test("follows five redirects and no more; the sixth is the answer", async () => {
  const { asked, fetcher } = endless((hop) => `/${hop}`);
  const response = await fetcher("https://hub.test/0", {});
  expect(response.status).toBe(302);
  expect(asked.map(([url]) => url)).toEqual([0, 1, 2, 3, 4, 5].map((hop) => `https://hub.test/${hop}`));
});

test("a token stays with the server it was for, though the way comes back", async () => {
  const { asked, fetcher } = endless((hop) => (hop === 2 ? "https://cdn.test/file" : "https://hub.test/next"));
  await fetcher("https://hub.test/0", { headers: { Authorization: "Bearer secret" } });
  expect(asked.map(([, token]) => token)).toEqual(["Bearer secret", "Bearer secret", null, null, null, null]);
});
