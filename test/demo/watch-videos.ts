declare global {
  /** Videos that were ever played on the page. */
  var played: Set<HTMLVideoElement>;
  /** Frames of videos that somebody waits for. */
  var awaited: Set<number>;
}

/** Runs in the page before its own scripts, and keeps {@link played} and {@link awaited}. */
export function watchVideos(): void {
  Object.assign(globalThis, { played: new Set(), awaited: new Set() });
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    played.add(this as HTMLVideoElement);
    return play.call(this);
  };
  const { requestVideoFrameCallback: request, cancelVideoFrameCallback: cancel } = HTMLVideoElement.prototype;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (onFrame) {
    const handle = request.call(this, (...frame) => {
      awaited.delete(handle);
      onFrame(...frame);
    });
    awaited.add(handle);
    return handle;
  };
  HTMLVideoElement.prototype.cancelVideoFrameCallback = function (handle) {
    awaited.delete(handle);
    cancel.call(this, handle);
  };
}
