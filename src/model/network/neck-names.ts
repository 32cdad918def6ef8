/** What a checkpoint calls the layers of a neck, under the neck's own path. */
export interface NeckNames {
  /** Of stage i: the readout projection, the 1×1 projection, the resizing, the convolution to the fusion's channels. */
  readonly readout: (i: number) => string;
  readonly projection: (i: number) => string;
  readonly resize: (i: number) => string;
  readonly conv: (i: number) => string;
  /** Of fusion block i, coarse to fine. */
  readonly block: (i: number) => string;
  /** In a block: the residual units of what is merged in and of the sum, their convolutions, the 1×1 projection. */
  readonly unit: Readonly<Record<1 | 2, string>>;
  readonly convolution: Readonly<Record<1 | 2, string>>;
  readonly blockProjection: string;
}

/** transformers' DPTNeck, under `neck`. */
export const DPT_NECK: NeckNames = {
  readout: (i) => `reassemble_stage.readout_projects.${i}.0`,
  projection: (i) => `reassemble_stage.layers.${i}.projection`,
  resize: (i) => `reassemble_stage.layers.${i}.resize`,
  conv: (i) => `convs.${i}`,
  block: (i) => `fusion_stage.layers.${i}`,
  unit: { 1: "residual_layer1", 2: "residual_layer2" },
  convolution: { 1: "convolution1", 2: "convolution2" },
  blockProjection: "projection",
};
