/** What was measured of a kernel's paths on one adapter, by their names. Plain data, so that it can be stored. */
export interface PathTimes {
  /** Seconds of one dispatch. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What is wrong with paths that must not be taken. */
  readonly refused: Readonly<Record<string, string>>;
}

/** Nothing measured yet. */
export const NO_TIMES: PathTimes = { seconds: {}, refused: {} };

/** Whether a path needs no more measuring. */
export function isMeasured({ seconds, refused }: PathTimes, name: string): boolean {
  return Object.hasOwn(seconds, name) || Object.hasOwn(refused, name);
}

/** What a store gave back, which anybody may have written; `undefined` if these are no times. */
export function parsePathTimes(value: unknown): PathTimes | undefined {
  if (!isRecord(value)) return undefined;
  const { seconds, refused } = value;
  if (!isRecord(seconds) || !isRecord(refused)) return undefined;
  const isTime = (time: unknown) => typeof time === "number" && time >= 0 && Number.isFinite(time);
  if (!Object.values(seconds).every(isTime) || !Object.values(refused).every((why) => typeof why === "string")) {
    return undefined;
  }
  return { seconds: seconds as PathTimes["seconds"], refused: refused as PathTimes["refused"] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
