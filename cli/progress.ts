import type { Progress } from "../src/index.ts";
import { formatBytes } from "./text/format-bytes.ts";

/** Shows how far loading and compiling are, and what the model has to say meanwhile. */
export interface ProgressDisplay {
  onProgress(progress: Progress): void;
  /** A line on stderr, whoever reads it. */
  onNotice(notice: string): void;
  /** Takes the bar away. */
  stop(): void;
}

const inBytes = (done: number, total: number) => `${formatBytes(done)} of ${formatBytes(total)}`;

/** What the bar says of each phase. */
const WORDS: Readonly<
  Record<Progress["phase"], (done: number, total: number) => readonly [name: string, text: string]>
> = {
  download: (done, total) => ["download ", inBytes(done, total)],
  load: (done, total) => ["loading  ", inBytes(done, total)],
  compile: (done, total) => ["compiling", `${done} of ${total} kernels`],
  run: (done, total) => ["running  ", `${done} of ${total} windows and views`],
  tune: (done, total) => ["tuning   ", `${done} of ${total} ways to compute`],
};

/** A bar on stderr where a person looks at it; nothing in a pipe or for a machine. */
export async function progressDisplay({
  json = false,
}: {
  readonly json?: boolean | undefined;
}): Promise<ProgressDisplay> {
  const onNotice = (notice: string) => console.error(`note      ${notice}`);
  if (json || !process.stderr.isTTY) return { onProgress: () => {}, onNotice, stop: () => {} };
  const { default: cliProgress } = await import("cli-progress");
  const format = "{name} {bar} {text}";
  const bar = new cliProgress.SingleBar(
    { format, clearOnComplete: true, hideCursor: true },
    cliProgress.Presets.shades_classic,
  );
  let phase: Progress["phase"] | undefined;
  return {
    onProgress({ phase: now, done, total }) {
      const [name, text] = WORDS[now](done, total);
      if (now !== phase) {
        bar.stop();
        bar.start(total, done, { name, text });
        phase = now;
      } else {
        // What is to be downloaded grows with each file that is asked for.
        bar.setTotal(total);
        bar.update(done, { name, text });
      }
      if (done >= total) {
        bar.stop();
        phase = undefined;
      }
    },
    onNotice(notice) {
      bar.stop();
      phase = undefined;
      onNotice(notice);
    },
    stop: () => bar.stop(),
  };
}
