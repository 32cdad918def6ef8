export type { Environment } from "./hub/environment.ts";
export { type HubCacheOptions, hubCache } from "./hub/hub-cache.ts";
export { filesFromFolder } from "./node-files.ts";
