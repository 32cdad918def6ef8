import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { CallQueue } from "../../src/runtime/call-queue.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const soon = () => new Promise((resolve) => setTimeout(resolve));

test("an answer is not held once its caller has let go of it", async () => {
  const queue = new CallQueue();
  const held = async () => new WeakRef(await queue.run(async () => new Uint8Array(1000)));
  const answers = [await held(), await held(), await held()];
  await soon();
  collect();
  await soon();
  collect();
  expect(answers.map((answer) => answer.deref())).toEqual([undefined, undefined, undefined]);
  expect(await queue.run(async () => 1)).toBe(1);
});

test("tasks run in order, and one that fails is followed by the next", async () => {
  const queue = new CallQueue();
  const order: number[] = [];
  const calls = [30, 1, 10].map((milliseconds, i) =>
    queue.run(async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      order.push(i);
      if (i === 1) throw new Error("the second");
      return i;
    }),
  );
  expect(await Promise.allSettled(calls)).toMatchObject([
    { value: 0 },
    { reason: new Error("the second") },
    { value: 2 },
  ]);
  expect(order).toEqual([0, 1, 2]);
});

test("closing rejects what runs and what waits at once, and frees when nothing runs", async () => {
  const queue = new CallQueue();
  const reason = new Error("closed");
  let end = () => {};
  let isFree = false;
  const running = queue.run(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const waiting = queue.run(async () => "never");
  await soon();
  queue.close(reason, () => {
    isFree = true;
  });
  await expect(running).rejects.toBe(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(queue.run(async () => "late")).rejects.toBe(reason);
  expect(isFree).toBe(false);
  end();
  await soon();
  expect(isFree).toBe(true);
});

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
