import { FileError } from "../../runtime/errors.ts";
import type { Frames } from "./frame.ts";
import { NewestFrame } from "./newest-frame.ts";

/** What a video shows, from now to its end; where it is paused no frame comes. */
export function videoFrames(video: HTMLVideoElement): Frames {
  return new NewestFrame((place) => {
    const put = (time: number) => place.put({ picture: video, came: performance.now(), time });
    let presented: number | undefined;
    const onFrame: VideoFrameRequestCallback = (_, { presentedFrames, mediaTime }) => {
      // The browser does not call for each, where the page is busy.
      if (presented !== undefined) place.skip(Math.max(0, presentedFrames - presented - 1));
      presented = presentedFrames;
      put(mediaTime);
      handle = video.requestVideoFrameCallback(onFrame);
    };
    let handle = video.requestVideoFrameCallback(onFrame);
    const onEnded = () => place.end();
    const onError = () => {
      const got = video.error?.message || `media error ${video.error?.code}`;
      place.fail(new FileError(`video: want one that plays, got "${got}". Check its address and format.`));
    };
    video.addEventListener("ended", onEnded);
    video.addEventListener("error", onError);
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) put(video.currentTime);
    if (video.ended) onEnded();
    return () => {
      video.cancelVideoFrameCallback(handle);
      video.removeEventListener("ended", onEnded);
      video.removeEventListener("error", onError);
    };
  });
}
