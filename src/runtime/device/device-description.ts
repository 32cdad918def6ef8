import { describeAdapter, isSoftware } from "./device.ts";

/** What a device has, as plain data for whoever reads a report of it. */
export interface DeviceDescription {
  /** Vendor, architecture and name. */
  readonly adapter: string;
  /** Whether the CPU does the work. */
  readonly software: boolean;
  /** All that the browser tells of the adapter, by its names in WebGPU: `vendor`, `architecture`, and its driver where it does. */
  readonly adapterInfo: Readonly<Record<string, string | number | boolean>>;
  readonly features: readonly string[];
  /** What the compiler reads beyond the first WGSL, where the browser tells. */
  readonly languageFeatures: readonly string[];
  /** All limits, by their names in WebGPU. */
  readonly limits: Readonly<Record<string, number>>;
  /** Fewest and most invocations of a subgroup, where the adapter tells. */
  readonly subgroupSizes: readonly [number, number] | undefined;
}

export function describeDevice({ adapterInfo, features, limits }: GPUDevice): DeviceDescription {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo;
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  const isShown = (value: unknown): value is string | number | boolean =>
    typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value !== "");
  const isNumber = (value: unknown): value is number => typeof value === "number";
  return {
    adapter: describeAdapter({ info: adapterInfo }),
    software: isSoftware(adapterInfo),
    adapterInfo: valuesOf(adapterInfo, isShown),
    features: [...features].sort(),
    languageFeatures: [...(gpu?.wgslLanguageFeatures ?? [])].sort(),
    limits: valuesOf(limits, isNumber),
    subgroupSizes: subgroupMinSize && subgroupMaxSize ? [subgroupMinSize, subgroupMaxSize] : undefined,
  };
}

/** Getters of the prototype, some of which one browser has and another has not. */
function valuesOf<Value>(object: object, isWanted: (value: unknown) => value is Value): Record<string, Value> {
  const names = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)));
  const entries = names.map((name) => [name, (object as Record<string, unknown>)[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => isWanted(entry[1])));
}
