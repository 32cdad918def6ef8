/** A product of small matrices that a subgroup computes as one, `[M, K] · [K, N]`: what GPUs call tensor cores. */
export interface SubgroupMatrix {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly componentType: string;
  readonly resultComponentType: string;
}

/** What of a device decides how a kernel is best computed; data, so that it can be reasoned about without a device. */
export interface Traits {
  /** Whether the CPU does the work. */
  readonly software: boolean;
  readonly f16: boolean;
  /** Whether invocations of a subgroup can read each other's numbers. */
  readonly subgroups: boolean;
  /** Invocations of a subgroup, where all have the same number. */
  readonly subgroupSize: number | undefined;
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  /** Bytes of memory that a workgroup may share. */
  readonly workgroupBytes: number;
  /** Invocations that a workgroup may have. */
  readonly invocations: number;
}
