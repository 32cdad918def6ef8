/** Milliseconds: the first pause after a call, doubled up to the longest while its answer is awaited. */
const SHORTEST = 0.05;
const LONGEST = 4;

type Asynchronous<Call extends string> = Record<Call, (...args: never[]) => Promise<unknown>>;

let isResting = false;
/** Whether `sleep` is in the queue: a call that follows closely on another must not put a second one there. */
let isQueued = false;
let waiting = 0;
let pause = SHORTEST;
const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Lets the main thread sleep while it waits for the GPU. Dawn's Node binding asks for answers in an endless loop of
 * `setImmediate`, which keeps a core busy: the very core on which a software adapter computes (two cores, SwiftShader,
 * `dpt-small-camvid` at 196²: 1.8 s instead of 2.9). Wants Dawn's classes on `globalThis`.
 */
export function restBetweenPolls(): void {
  if (isResting) return;
  isResting = true;
  rest(GPUBuffer.prototype, "mapAsync");
  rest(GPUDevice.prototype, "createComputePipelineAsync");
  rest(GPUQueue.prototype, "onSubmittedWorkDone");
}

function rest<Call extends string>(prototype: Asynchronous<Call>, call: Call): void {
  const original = prototype[call];
  prototype[call] = async function (this: unknown, ...args: never[]) {
    const answer = original.apply(this, args);
    waiting++;
    if (!isQueued) setImmediate(sleep);
    isQueued = true;
    pause = SHORTEST;
    try {
      return await answer;
    } finally {
      waiting--;
    }
  };
}

/** Between two of Dawn's polls, since both take turns in the queue of immediates. */
function sleep(): void {
  isQueued = waiting > 0;
  if (!isQueued) return;
  Atomics.wait(nothing, 0, 0, pause);
  pause = Math.min(LONGEST, 2 * pause);
  setImmediate(sleep);
}
