import type { Frames } from "./frame.ts";
import { NewestFrame } from "./newest-frame.ts";
import { videoFrames } from "./video-frames.ts";

/** Of Chromium, and of Safari in workers. */
type TrackProcessor = new (options: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<VideoFrame> };

/** What a camera or a shared screen shows, until its track ends. */
export function trackFrames(track: MediaStreamTrack): Frames {
  const Processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor;
  return Processor ? processedFrames(new Processor({ track }).readable) : playedFrames(track);
}

function processedFrames(frames: ReadableStream<VideoFrame>): Frames {
  return new NewestFrame((place) => {
    const reader = frames.getReader();
    const pump = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return place.end();
        const time = value.timestamp / 1e6;
        place.put({ picture: value, came: performance.now(), time, close: () => value.close() });
      }
    };
    pump().catch((cause) => place.fail(cause));
    return () => void reader.cancel().catch(() => {});
  });
}

/** By way of a video that nobody sees. */
function playedFrames(track: MediaStreamTrack): Frames {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const frames = videoFrames(video);
  video.play().catch(() => {});
  return {
    next: () => frames.next(),
    get dropped() {
      return frames.dropped;
    },
    close() {
      frames.close();
      video.srcObject = null;
    },
  };
}
