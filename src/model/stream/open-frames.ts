import { UsageError } from "../../runtime/errors.ts";
import { kindOf } from "../../runtime/kind-of.ts";
import type { PictureSource } from "../../runtime/pictures/picture.ts";
import type { Frames } from "./frame.ts";
import { allOf, newestOf } from "./iterable-frames.ts";
import { stillFrames } from "./still-frames.ts";
import { trackFrames } from "./track-frames.ts";
import { videoFrames } from "./video-frames.ts";

/** A video that plays, a camera's or a screen's stream or track, or pictures as they come. */
export type StreamSource = HTMLVideoElement | MediaStream | MediaStreamTrack | AsyncIterable<PictureSource>;

/**
 * @param longest frames that are longer on a side, in pixels, are shrunk to that
 * @throws UsageError for what has no frames, and for options that are not for such frames
 */
export function openFrames(source: StreamSource, which: "newest" | "all", longest = Number.POSITIVE_INFINITY): Frames {
  if (!(longest >= 1))
    throw new UsageError(`stream: want a longest side of at least 1 pixel, got ${longest}. Try 1280.`);
  if (typeof source !== "object" || source === null) throw noFrames(source);
  if (Symbol.asyncIterator in source) {
    if (typeof source[Symbol.asyncIterator] !== "function") throw noFrames(source);
    if (longest === Number.POSITIVE_INFINITY) return which === "all" ? allOf(source) : newestOf(source);
    throw new UsageError(
      "stream: want frames of a video with longest, got pictures of an iterable. Shrink them before.",
    );
  }
  if (which === "all") {
    throw new UsageError('stream: want pictures that wait for frames: "all", got a video. Leave frames out.');
  }
  return stillFrames(playedFrames(source), longest);
}

function playedFrames(source: Exclude<StreamSource, AsyncIterable<PictureSource>>): Frames {
  if ("requestVideoFrameCallback" in source) return videoFrames(source);
  const track = "getVideoTracks" in source ? source.getVideoTracks()[0] : source;
  if (track && "kind" in track && track.kind === "video") return trackFrames(track);
  throw noFrames(source);
}

function noFrames(source: unknown): UsageError {
  const want = "want a video, a stream with a video track or an async iterable";
  return new UsageError(`stream: ${want}, got ${kindOf(source)}. For one picture, call segment or depth.`);
}
