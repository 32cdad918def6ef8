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
