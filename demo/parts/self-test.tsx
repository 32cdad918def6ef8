import { useState } from "preact/hooks";
import type { DoctorReport } from "../../src/doctor.ts";

/** A report as lines for people and, where there is one, as data. */
interface Told {
  readonly text: string;
  readonly report?: DoctorReport;
}

/** Runs each way to compute on this adapter against stored answers; the report is what a bug report holds. */
export function SelfTest() {
  const [told, setTold] = useState<"nothing" | "running" | Told>("nothing");
  const [copied, setCopied] = useState("");
  const run = async () => {
    setTold("running");
    setCopied("");
    setTold(await examine());
  };
  const copy = async (text: string) => {
    const copies = navigator.clipboard.writeText(text);
    setCopied(
      await copies.then(
        () => "Copied.",
        () => "The browser does not let it copy: select the text above.",
      ),
    );
  };
  return (
    <>
      <button type="button" class="button" id="self-test" disabled={told === "running"} onClick={run}>
        {told === "running" ? "Testing for ten seconds at most…" : "Test this computer"}
      </button>
      {typeof told === "object" && (
        <div class="report">
          <pre>{told.text}</pre>
          <button type="button" class="button" onClick={() => copy(told.text)}>
            Copy the report
          </button>
          {told.report && (
            <button type="button" class="button" onClick={() => copy(JSON.stringify(told.report, null, 2))}>
              Copy it as JSON
            </button>
          )}
        </div>
      )}
      <p role="status">{copied || (typeof told === "object" ? told.text.split("\n").at(-1) : "")}</p>
    </>
  );
}

async function examine(): Promise<Told> {
  try {
    const { doctor, doctorText } = await import("../../src/doctor.ts");
    const report = await doctor({ about: await place() });
    return { text: doctorText(report), report };
  } catch (error) {
    return { text: (error as Error).message };
  }
}

/** What the browser's name for itself does not tell: the page's commit, and the system's version where browsers freeze that. */
async function place(): Promise<Record<string, string>> {
  const { userAgentData } = navigator as Navigator & { readonly userAgentData?: UserAgentData };
  const hints = ["platformVersion", "architecture", "bitness", "model"];
  const known = await userAgentData?.getHighEntropyValues(hints).catch(() => undefined);
  const system = ["platform", ...hints]
    .map((name) => known?.[name])
    .filter((value) => typeof value === "string" && value);
  return { commit: COMMIT, ...(system.length > 0 && { system: system.join(" ") }) };
}

/** Chromium's; TypeScript's types do not have it. */
interface UserAgentData {
  getHighEntropyValues(hints: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
}
