/**
 * How the invocations of a quad, which share their queries and have keys and columns of their own, get at what they
 * multiply, as WGSL text. In scope are `qkv1` and `qkv4` of `loadChannels`, and `c`, a number of four channels.
 */
export interface AttentionLoads {
  /** Of the path. */
  readonly name: string;
  readonly directives: string;
  readonly declarations: string;
  /** Of `main`, besides its workgroup and its number there. */
  readonly parameter: string;
  /** `vec4f` expression: four channels of the query at `base`. */
  readonly query: (base: string) => string;
  /** The same of a key, which is this invocation's alone. */
  readonly key: (base: string) => string;
  /** `vec4f` expression: `scores[at]`, the weights of four keys. */
  readonly weights: (at: string) => string;
  /** `u32` expression: which of those four comes as number `j`. */
  readonly turn: (j: number) => string;
}
