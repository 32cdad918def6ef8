import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Newest } from "../newest.ts";
import { say } from "../state.ts";
import { messageOf } from "../words/message-of.ts";

export interface Asked<Value> {
  /** The last that came; it stays until the next one comes. */
  readonly value: Value | undefined;
  /** Whether it is the answer to what is asked now. */
  readonly isReady: boolean;
}

/**
 * What comes later, such as from a worker: one question at a time, and of those that come meanwhile the newest.
 * @param ask nothing is asked without it
 * @param about asked anew when one of them changes
 */
export function useAsked<Value>(ask: (() => Promise<Value>) | undefined, about: readonly unknown[]): Asked<Value> {
  const [got, setGot] = useState<{ readonly value: Value; readonly about: readonly unknown[] } | undefined>();
  const newest = useRef(new Newest());
  const asked = useRef<readonly unknown[]>(undefined);
  useLayoutEffect(() => {
    if (asked.current && isSame(asked.current, about)) return;
    asked.current = about;
    newest.current.run(async () => {
      try {
        setGot(ask && { value: await ask(), about });
      } catch (error) {
        say({ kind: "error", text: messageOf(error) });
      }
    });
  });
  useEffect(() => () => newest.current.stop(), []);
  if (!ask) return { value: undefined, isReady: false };
  return { value: got?.value, isReady: got !== undefined && isSame(got.about, about) };
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((each, i) => each === b[i]);
}
