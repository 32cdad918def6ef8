import { describeAdapter, isSoftware } from "./device.ts";

/** What a device has, as plain data for whoever reads a report of it. */
export interface DeviceDescription {
  /** Vendor, architecture and name. */
  readonly adapter: string;
  /** Whether the CPU does the work. */
  readonly software: boolean;
  readonly features: readonly string[];
  /** All limits, by their names in WebGPU. */
  readonly limits: Readonly<Record<string, number>>;
  /** Fewest and most invocations of a subgroup, where the adapter tells. */
  readonly subgroupSizes: readonly [number, number] | undefined;
}

export function describeDevice({ adapterInfo, features, limits }: GPUDevice): DeviceDescription {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo;
  // Limits are getters of the prototype, and browsers have some that others have not.
  const names = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)));
  const entries = names.map((name) => [name, (limits as unknown as Record<string, unknown>)[name]] as const);
  return {
    adapter: describeAdapter({ info: adapterInfo }),
    software: isSoftware(adapterInfo),
    features: [...features].sort(),
    limits: Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number")),
    subgroupSizes: subgroupMinSize && subgroupMaxSize ? [subgroupMinSize, subgroupMaxSize] : undefined,
  };
}
