import type { Plugin, Rolldown } from "vite";
import { licenceText, packageFolder } from "./licence-text.ts";

/** Plugins of a build that write `licences.txt` beside the page. */
export interface LicencePlugins {
  /** For the page: writes the file. */
  page(): Plugin;
  /** For its workers, which are built before: notes what went into them. */
  workers(): Plugin;
}

export function writeLicences(): LicencePlugins {
  const packages = new Set<string>();
  function note(bundle: Rolldown.OutputBundle): void {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      for (const folder of chunk.moduleIds.map(packageFolder)) if (folder) packages.add(folder);
    }
  }
  return {
    page: () => ({
      name: "write-licences",
      apply: "build",
      generateBundle(_options, bundle) {
        note(bundle);
        this.emitFile({ type: "asset", fileName: "licences.txt", source: licenceText(packages) });
      },
    }),
    workers: () => ({
      name: "note-licences",
      apply: "build",
      generateBundle(_options, bundle) {
        note(bundle);
      },
    }),
  };
}
