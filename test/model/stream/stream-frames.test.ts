import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PictureSource, RawPicture, StreamedFrame, StreamOptions, StreamSource } from "../../../src/index.ts";
import { type StreamingModel, streamFrames } from "../../../src/model/stream/stream-frames.ts";
import { UsageError } from "../../../src/runtime/errors.ts";

// The clock goes on when all that it woke has run: what comes when is the same on every machine.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** As it is before the clock is taken over. */
const nextTurn = setImmediate;

/** What a promise becomes, while the clock goes from timer to timer. */
async function elapse<Value>(promise: Promise<Value>): Promise<Value> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  promise.then(end, end);
  for (;;) {
    // Whatever follows of itself comes before the clock goes on.
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => nextTurn(resolve));
    if (isOver) return promise;
    await vi.advanceTimersToNextTimerAsync();
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const numbered = (n: number): RawPicture => ({ width: 1, height: 1, data: Uint8Array.of(n, 0, 0) });
const numberOf = (picture: PictureSource) => (picture as RawPicture).data[0]!;

/** A model that answers with the picture's number, after a while. */
function slowModel(milliseconds: number, { tasks = ["depth"] }: { tasks?: StreamingModel["tasks"] } = {}) {
  const calls: string[] = [];
  const answer = (method: string) => async (picture: PictureSource, options: object) => {
    calls.push(`${method} ${numberOf(picture)} ${JSON.stringify(options)}`);
    await pause(milliseconds);
    const values = { depth: Float32Array.of(numberOf(picture)), labels: Uint8Array.of(numberOf(picture)) };
    return method === "predict" ? { depth: values, segmentation: values } : values;
  };
  const model = Object.fromEntries(["segment", "depth", "normals", "predict"].map((name) => [name, answer(name)]));
  return { model: { ...model, tasks } as unknown as StreamingModel, calls };
}

/** Pictures 0, 1, 2, … as a camera has them: one each time, whether anybody looks or not. */
function camera(milliseconds: number, count = Number.POSITIVE_INFINITY) {
  const state = { made: 0, returned: false };
  async function* frames() {
    try {
      while (state.made < count) {
        await pause(milliseconds);
        yield numbered(state.made++);
      }
    } finally {
      state.returned = true;
    }
  }
  return { frames: frames(), state };
}

function collect(
  model: StreamingModel,
  source: StreamSource,
  { most = Number.POSITIVE_INFINITY, ...options }: StreamOptions & { most?: number } = {},
): Promise<StreamedFrame[]> {
  const got: StreamedFrame[] = [];
  const all = async () => {
    for await (const frame of streamFrames(model, source, options)) {
      got.push(frame);
      if (got.length >= most) break;
    }
    return got;
  };
  return elapse(all());
}

test("each answer is of the newest frame; those between are dropped and counted", async () => {
  const { model } = slowModel(50);
  const { frames } = camera(7, 40);
  const got = await collect(model, frames);
  const numbers = got.map(({ picture }) => numberOf(picture));
  // The first comes at once and the last is never dropped; between there are as many as the model has time for.
  expect(numbers[0]).toBe(0);
  expect(numbers.at(-1)).toBe(39);
  expect(numbers.length).toBeLessThan(20);
  expect(got.map(({ index }) => index)).toEqual([...got.keys()]);
  for (const [i, { dropped }] of got.entries()) expect(dropped).toBeGreaterThanOrEqual(numbers[i]! - i);
  expect(got.at(-1)!.dropped).toBe(40 - got.length);
  expect(got.map(({ depth }) => depth!.depth[0])).toEqual(numbers);
});

test("latency counts from when a frame came, and fps is of the answers", async () => {
  const { model } = slowModel(30);
  const got = await collect(model, camera(5).frames, { most: 6 });
  for (const { latency } of got) expect(latency).toBeGreaterThanOrEqual(30);
  // Frames come 200 times a second at most, answers 33 times: each waits for the newest frame, which takes 5 ms no more.
  for (const { fps } of got) expect(fps).toBeLessThanOrEqual(1000 / 30);
  expect(got.at(-1)!.fps).toBeGreaterThan(1000 / 36);
});

test("all frames of a source that can wait", async () => {
  const { model } = slowModel(10);
  const { frames } = camera(1, 8);
  const got = await collect(model, frames, { frames: "all" });
  expect(got.map(({ picture }) => numberOf(picture))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(got.at(-1)!.dropped).toBe(0);
});

test("a source that never waits leaves the model its time", async () => {
  async function* busy() {
    for (let n = 0; ; n++) yield numbered(n % 200);
  }
  // Such a source stops a clock that waits for it.
  vi.useRealTimers();
  let count = 0;
  for await (const _ of streamFrames(slowModel(5).model, busy())) if (++count === 3) break;
  expect(count).toBe(3);
});

describe("the end", () => {
  test("by break: the source is let go of", async () => {
    const { frames, state } = camera(2);
    await collect(slowModel(5).model, frames, { most: 2 });
    await elapse(pause(30));
    expect(state.returned).toBe(true);
    const { made } = state;
    await elapse(pause(20));
    expect(state.made).toBe(made);
  });

  test("by an abort, even while no frame comes: the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { frames, state } = camera(60_000);
    const got = collect(slowModel(1).model, frames, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(got).rejects.toBe(reason);
    expect(state.made).toBe(0);
  });

  test("by an error of the source or of the model", async () => {
    const broken = new Error("the camera is gone");
    async function* frames() {
      yield numbered(1);
      throw broken;
    }
    await expect(collect(slowModel(1).model, frames())).rejects.toBe(broken);
    const { model } = slowModel(1);
    const depth = async () => {
      throw broken;
    };
    const { frames: more, state } = camera(1);
    await expect(collect({ ...model, depth }, more)).rejects.toBe(broken);
    await elapse(pause(20));
    expect(state.returned).toBe(true);
  });
});

test("one task by its own method with all options, several in one pass", async () => {
  const one = slowModel(1, { tasks: ["segmentation"] });
  const [frame] = await collect(one.model, camera(1, 1).frames, { scores: true, smoothing: 0 });
  expect(frame!.segmentation!.labels).toEqual(Uint8Array.of(0));
  expect(one.calls).toEqual(['segment 0 {"scores":true}']);
  const two = slowModel(1, { tasks: ["segmentation", "depth", "normals"] });
  await collect(two.model, camera(1, 1).frames, { tasks: ["segmentation", "depth"] });
  expect(two.calls).toEqual(['predict 0 {"tasks":["segmentation","depth"]}']);
});

test("smoothing averages what comes", async () => {
  const { model } = slowModel(1);
  const got = await collect(model, camera(1, 3).frames, { frames: "all", smoothing: 0.5 });
  expect(got.map(({ depth }) => depth!.depth[0])).toEqual([0, 0.5, 1.25]);
});

test.each<[string, object, StreamOptions, RegExp]>([
  ["smoothing of 1", camera(1).frames, { smoothing: 1 }, /want smoothing of 0 to below 1, got 1/],
  ["smoothing of NaN", camera(1).frames, { smoothing: Number.NaN }, /got NaN/],
  ["a stream without video", { getVideoTracks: () => [] }, {}, /want a video, a stream with a video track/],
  ["an audio track", { kind: "audio" }, {}, /want a video, a stream with a video track/],
  ["a longest side of 0", { kind: "video" }, { longest: 0 }, /want a longest side of at least 1 pixel, got 0\./],
  ["a longest side of pictures", camera(1).frames, { longest: 9 }, /got pictures of an iterable\. Shrink them before/],
  ["all frames of a camera", { kind: "video" }, { frames: "all" }, /want pictures that wait/],
])("%s is a UsageError", async (_, source, options, message) => {
  const error = await collect(slowModel(1).model, source as StreamSource, options).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(message);
});
