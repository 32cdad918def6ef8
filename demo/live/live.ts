import { signal } from "@preact/signals";
import { whenSettled } from "../answer-loop.ts";
import { drawPicture } from "../pictures/picture.ts";
import { change, picture } from "../state.ts";

export interface Live {
  readonly name: string;
  /** Answers a second, over the last of them. */
  readonly rate: number;
  /** Milliseconds from a frame to its answer. */
  readonly latency: number;
  /** Frames of the video that came and went while an answer was computed. */
  readonly dropped: number;
  readonly paused: boolean;
  /** While the tab is in the background. */
  readonly resting: boolean;
}

/** What plays; nothing if undefined. */
export const live = signal<Live | undefined>(undefined);

let stopPlaying: (() => void) | undefined;

/** Ends what plays; the last frame stays. */
export function stopLive(): void {
  stopPlaying?.();
  stopPlaying = undefined;
  live.value = undefined;
}

export function pauseLive(paused: boolean): void {
  if (live.value) live.value = { ...live.value, paused };
}

/**
 * Answers the frames of a playing video, each as soon as the one before is done: a frame is never late, others are dropped.
 * Rests while the tab is in the background.
 * @param end lets go of the video's source
 */
export async function playLive(name: string, video: HTMLVideoElement, end: () => void): Promise<void> {
  stopLive();
  change({ sample: "" });
  let playing = true;
  stopPlaying = () => {
    playing = false;
    video.pause();
    end();
  };
  live.value = { name, rate: 0, latency: 0, dropped: 0, paused: false, resting: false };
  const frames = frameCounter(video);
  let dropped = 0;
  while (playing) {
    if (document.hidden || live.value?.paused) {
      live.value = { ...live.value!, resting: document.hidden };
      await untilWanted();
      continue;
    }
    const began = performance.now();
    const passed = frames();
    picture.value = { ...drawPicture(name, video, video.videoWidth, video.videoHeight), live: true };
    await whenSettled();
    if (!playing) return;
    const latency = performance.now() - began;
    dropped += Math.max(0, passed() - 1);
    live.value = { ...live.value!, rate: 1000 / latency, latency, dropped, resting: false };
    await new Promise(requestAnimationFrame);
  }
}

/** Counts frames that the video presents; none where the browser does not tell. */
function frameCounter(video: HTMLVideoElement): () => () => number {
  let count = 0;
  const onFrame = () => {
    count++;
    video.requestVideoFrameCallback?.(onFrame);
  };
  video.requestVideoFrameCallback?.(onFrame);
  return () => {
    const before = count;
    return () => count - before;
  };
}

/** Until the tab is seen again or the person goes on. */
function untilWanted(): Promise<void> {
  return new Promise((resolve) => {
    let unsubscribe = () => {};
    const done = () => {
      document.removeEventListener("visibilitychange", look);
      unsubscribe();
      resolve();
    };
    const look = () => {
      if (!document.hidden && !live.peek()?.paused) done();
    };
    document.addEventListener("visibilitychange", look);
    unsubscribe = live.subscribe(() => queueMicrotask(look));
  });
}
