import { expect, test } from "vitest";
import { CallQueue } from "../../src/runtime/call-queue.ts";

/** A promise, and what fulfils it. */
function gate(): [Promise<void>, () => void] {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [promise, open];
}

test("a call that waits ends when its signal is aborted, and is never begun", async () => {
  const queue = new CallQueue();
  const [promise, resolve] = gate();
  const first = queue.run(() => promise);
  const abort = new AbortController();
  let isBegun = false;
  const second = queue.run(async () => {
    isBegun = true;
  }, abort.signal);
  abort.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  resolve();
  await first;
  await queue.idle();
  expect(isBegun).toBe(false);
});

test("a call that runs ends unheard when its signal is aborted, and the next waits for it", async () => {
  const queue = new CallQueue();
  const abort = new AbortController();
  const [promise, resolve] = gate();
  const order: string[] = [];
  const first = queue.run(async () => {
    await promise;
    order.push("first");
  }, abort.signal);
  const second = queue.run(async () => order.push("second"));
  await Promise.resolve();
  abort.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  resolve();
  await second;
  expect(order).toEqual(["first", "second"]);
});

test("a signal keeps no call that has ended", async () => {
  const queue = new CallQueue();
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  for (let i = 0; i < 3; i++) expect(await queue.run(async () => i, signal)).toBe(i);
  await Promise.resolve();
  expect(listeners).toBe(0);
});
