import { UsageError } from "../../runtime/errors.ts";
import type { PictureSource } from "../../runtime/picture.ts";
import type { Frames } from "./frame.ts";
import { allOf, newestOf } from "./iterable-frames.ts";
import { trackFrames } from "./track-frames.ts";
import { videoFrames } from "./video-frames.ts";

/** A video that plays, a camera's or a screen's stream or track, or pictures as they come. */
export type StreamSource = HTMLVideoElement | MediaStream | MediaStreamTrack | AsyncIterable<PictureSource>;

/** @throws UsageError for what has no frames */
export function openFrames(source: StreamSource, which: "newest" | "all"): Frames {
  if (Symbol.asyncIterator in source) return which === "all" ? allOf(source) : newestOf(source);
  if (which === "all") {
    throw new UsageError('stream: want pictures that wait for frames: "all", got a video. Leave frames out.');
  }
  if ("requestVideoFrameCallback" in source) return videoFrames(source);
  const track = "getVideoTracks" in source ? source.getVideoTracks()[0] : source;
  if (track && "kind" in track && track.kind === "video") return trackFrames(track);
  throw new UsageError("stream: want a video, a stream with a video track or an async iterable, got none of them.");
}
