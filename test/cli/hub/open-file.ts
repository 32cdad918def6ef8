import { hubCache } from "../../../cli/hub/hub-cache.ts";

/** A process of its own that downloads one file: `open-file.ts CACHE ENDPOINT ID FILE`. */
const [cache, endpoint, id, file] = process.argv.slice(2) as [string, string, string, string];
process.once("SIGTERM", () => process.exit(143));
const source = await hubCache(cache, { env: {} }).files(id, { endpoint }, {}).open(file);
console.log(source?.size);
