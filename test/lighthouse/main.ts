import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { artefactPath } from "../artefact-path.ts";
import { launchChromium } from "../browser/chromium.ts";
import { serveBundle } from "../browser/page-server.ts";
import { buildDemo } from "../demo/demo-page.ts";

/** What each category has to reach, of 100. Speed is told and not asked: it is that of a software adapter here. */
const LEAST: Readonly<Record<string, number>> = { accessibility: 95, "best-practices": 95, seo: 95 };

interface Report {
  readonly categories: Readonly<
    Record<
      string,
      {
        readonly title: string;
        readonly score: number | null;
        readonly auditRefs: readonly { id: string; weight: number }[];
      }
    >
  >;
  readonly audits: Readonly<
    Record<string, { readonly title: string; readonly score: number | null; readonly displayValue?: string }>
  >;
  readonly runtimeError?: { readonly message: string };
}

const server = await serveBundle(buildDemo);
const browser = await launchChromium();
let isGood = true;
try {
  for (const preset of ["mobile", "desktop"]) isGood = tell(preset, await look(preset)) && isGood;
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = isGood ? 0 : 1;

/** One run of Lighthouse, whose reports are kept. A part of it asks for the latest third-party-web: package.json fixes that. */
async function look(preset: string): Promise<Report> {
  const output = artefactPath(`lighthouse-${preset}`);
  const cli = createRequire(import.meta.url).resolve("lighthouse/cli/index.js");
  const port = new URL(browser.wsEndpoint()).port;
  const options = [`--port=${port}`, "--quiet", "--output=json", "--output=html", `--output-path=${output}`];
  const preferred = preset === "desktop" ? ["--preset=desktop"] : [];
  const child = spawn(process.execPath, [cli, server.url, ...options, ...preferred], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`lighthouse: want it to end well, got exit code ${code}. Read what it says above.`);
  return JSON.parse(readFileSync(`${output}.report.json`, "utf8")) as Report;
}

/** Says what came out. @returns whether it is enough */
function tell(preset: string, { categories, audits, runtimeError }: Report): boolean {
  if (runtimeError) throw new Error(`lighthouse: ${runtimeError.message}`);
  let isEnough = true;
  for (const [id, { title, score, auditRefs }] of Object.entries(categories)) {
    const points = Math.round(100 * (score ?? 0));
    const isMet = points >= (LEAST[id] ?? 0);
    isEnough &&= isMet;
    console.log(`${preset}: ${title} ${points}${isMet ? "" : `, want ${LEAST[id]}`}`);
    for (const { id: audit, weight } of auditRefs) {
      const { title: words, score: got, displayValue = "" } = audits[audit]!;
      if (weight > 0 && got !== null && got < 0.9) console.log(`  ${audit}: ${words} ${displayValue}`);
    }
  }
  return isEnough;
}
