import { useState } from "preact/hooks";

type State = "idle" | "running" | { readonly text: string };

/** Runs each way to compute on this adapter against stored answers; the report is what a bug report holds. */
export function SelfTest() {
  const [state, setState] = useState<State>("idle");
  const run = async () => {
    setState("running");
    setState({ text: await report() });
  };
  return (
    <>
      <button type="button" class="button" id="self-test" disabled={state === "running"} onClick={run}>
        {state === "running" ? "Testing for ten seconds at most…" : "Test this computer"}
      </button>
      {typeof state === "object" && (
        <div class="report" role="status">
          <pre>{state.text}</pre>
          <button type="button" class="button" onClick={() => navigator.clipboard.writeText(state.text)}>
            Copy the report
          </button>
        </div>
      )}
    </>
  );
}

async function report(): Promise<string> {
  try {
    const { doctor, doctorText } = await import("../../src/doctor.ts");
    return doctorText(await doctor());
  } catch (error) {
    return (error as Error).message;
  }
}
