import * as page from "../../../src/index.ts";
import * as worker from "../../../src/worker/index.ts";

declare global {
  var library: typeof page;
  /** The same DPT in a worker. */
  var remote: typeof worker;
  /** Milliseconds of the tasks of 50 ms and more on this thread, since it was called. */
  var watchTasks: () => () => number[];
  /** A picture with something in it, the same each time. */
  var testPicture: () => ImageData;
}

globalThis.library = page;
globalThis.remote = worker;

globalThis.watchTasks = () => {
  const seen: number[] = [];
  const observer = new PerformanceObserver((list) => seen.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: "longtask" });
  return () => {
    seen.push(...observer.takeRecords().map(({ duration }) => duration));
    observer.disconnect();
    return seen;
  };
};

globalThis.testPicture = () => {
  const picture = new ImageData(160, 120);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = i % 4 === 3 ? 255 : (i * i) % 253;
  return picture;
};
