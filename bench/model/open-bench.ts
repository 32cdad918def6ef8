import { DPT, type PictureSource, type WeightFormat } from "../../src/index.ts";
import { requestDevice } from "../../src/runtime/device/device.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import { timed } from "./timed.ts";

/** A picture in its file. */
export interface PictureFile {
  readonly name: string;
  /** Anew at each call, since decoding is timed too. */
  decode(): Promise<PictureSource>;
}

/** What every run of a whole model is given. */
export interface ModelTask {
  /** Not yet used: an adapter gives one device. */
  readonly adapter: Parameters<typeof requestDevice>[0];
  readonly files: ModelFiles;
  /** What the report calls the model. */
  readonly model: string;
  readonly seeded: boolean;
  readonly picture: PictureFile;
  readonly dtype?: WeightFormat | undefined;
  /** Runs that are timed. */
  readonly runs: number;
  readonly commit: string;
  /** `node`, or what browser. */
  readonly place: string;
  readonly log?: (line: string) => void;
}

/** A model on a device of its own. */
export interface OpenBench {
  readonly model: DPT;
  /** On the model's device. */
  readonly engine: Engine;
  /** Whether the adapter tells the time of a kernel. */
  readonly timestamps: boolean;
  /** Seconds to open the device and load the weights. */
  readonly load: number;
  dispose(): void;
}

/** Opens a device and loads the model: the caller disposes of it. */
export async function openBench({ adapter, files, dtype }: ModelTask): Promise<OpenBench> {
  const opened = await timed(async () => {
    const device = await requestDevice(adapter);
    try {
      return { device, model: await DPT.load(files, { device, dtype, tuning: "off" }) };
    } catch (error) {
      device.destroy();
      throw error;
    }
  });
  const { device, model } = opened.result;
  return {
    model,
    engine: await Engine.open({ device }),
    timestamps: device.features.has("timestamp-query"),
    load: opened.seconds,
    dispose() {
      model.dispose();
      device.destroy();
    },
  };
}
