import { expect, test } from "vitest";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("the self-test prints a report to put into a bug report", async () => {
  // One path is enough here; all of them are tested in test/model/doctor.
  const env = { XDG_CACHE_HOME: temporaryFolder() };
  const { code, stdout } = await runCli(env, "doctor", "--software", "--seconds", "0.001", "--json");
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  const about = {
    system: expect.stringContaining(process.platform),
    node: process.version,
    webgpu: expect.stringMatching(/^\d/),
  };
  expect(report).toMatchObject({ version: expect.any(String), about, software: true });
  expect(report).toMatchObject({ adapter: expect.stringMatching(/./), switchedOff: [], isKept: true });
  expect(report.features).toContain("timestamp-query");
  expect(report.results.length).toBeGreaterThan(20);
});
