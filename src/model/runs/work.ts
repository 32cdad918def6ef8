import type { ResizeMode } from "../../kernels/bands.ts";
import type { Shape } from "../../runtime/graph/tensor.ts";
import type { Task } from "../config/config.ts";
import type { Size } from "../pictures/processor.ts";

/** A picture's way through the model, as `segment` or `depth` goes it. */
export interface PictureWork {
  /** What is asked of the picture; all that the model can tell if left out. */
  readonly tasks?: readonly Task[] | undefined;
  /** Size of the picture; that which the processor resizes to if left out. */
  readonly picture?: Size | undefined;
  /** Size the network works at instead of the processor's: stretched to it, or the picture's own for "native". */
  readonly size?: Size | "native" | undefined;
  /** How the network's answer is resized to the picture; as transformers does if left out. */
  readonly resize?: ResizeMode | undefined;
  /** Whether it is told too how sure labels are. */
  readonly scores?: boolean | undefined;
  /** Pictures of that size in one run; 1 if left out. */
  readonly batch?: number | undefined;
  /** Side or size of the windows that the picture is cut into: the work is then that of one of them. */
  readonly tile?: number | Size | undefined;
}

/** The network alone, as `forward` runs it. */
export interface NetworkWork {
  /** Shape of `pixel_values`: `[N, 3, H, W]`. */
  readonly pixelValues: Shape;
  /** Whether stages come out too. */
  readonly stages?: boolean | undefined;
}

/** What a model can be asked to run. */
export type Work = PictureWork | NetworkWork;
