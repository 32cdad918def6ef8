import { openGpu } from "../cli/adapter/open-gpu.ts";

/** What a device is asked to do, told before it is done. */
export type DeviceEvent = "buffer" | "pipeline" | "submit" | "map";

export interface Faults {
  /** Told of everything that a device is asked for; it may lose the device. */
  readonly on?: (event: DeviceEvent, device: FaultyDevice) => void;
  /** Bytes of buffers that live at most. */
  readonly memory?: number;
}

/** A device that fails when it is told to. */
export interface FaultyDevice {
  readonly device: GPUDevice;
  /** Loses it, as a driver does that is reset. */
  lose(reason?: GPUDeviceLostReason): void;
}

let gpu: Promise<GPU> | undefined;

/**
 * What asks for adapters, each for one device that fails as told. The devices have default limits and no features, as that
 * of the other tests.
 */
export function faultyAdapters(faults: Faults = {}) {
  const made: FaultyDevice[] = [];
  const adapter = async (): Promise<GPUAdapter> => {
    gpu ??= openGpu().then((opened) => opened.gpu);
    const real = (await (await gpu).requestAdapter())!;
    const requestDevice = async () => {
      const faulty = faultyDevice(await real.requestDevice(), faults);
      made.push(faulty);
      return faulty.device;
    };
    // All that the device has is asked for, and default limits are what no one asks for.
    return { limits: {}, features: new Set(), info: real.info, requestDevice } as unknown as GPUAdapter;
  };
  return { adapter, made };
}

function faultyDevice(real: GPUDevice, { on, memory = Number.POSITIVE_INFINITY }: Faults): FaultyDevice {
  let tell = (_: GPUDeviceLostInfo) => {};
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    tell = resolve;
  });
  let bytes = 0;
  const faulty: FaultyDevice = {
    device: withOverrides(real, {
      lost,
      destroy: () => faulty.lose("destroyed"),
      queue: withOverrides(real.queue, {
        submit: (commands: Iterable<GPUCommandBuffer>) => {
          on?.("submit", faulty);
          return real.queue.submit(commands);
        },
      }),
      createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) => {
        on?.("pipeline", faulty);
        return real.createComputePipelineAsync(descriptor);
      },
      createBuffer: (descriptor: GPUBufferDescriptor) => {
        on?.("buffer", faulty);
        // As an error that the device reports: larger than a buffer can be.
        if (bytes + descriptor.size > memory) return real.createBuffer({ ...descriptor, size: 2 ** 40 });
        bytes += descriptor.size;
        const buffer = real.createBuffer(descriptor);
        const { destroy, mapAsync } = bound(buffer, ["destroy", "mapAsync"]);
        let isLiving = true;
        buffer.destroy = () => {
          if (isLiving) bytes -= descriptor.size;
          isLiving = false;
          return destroy();
        };
        buffer.mapAsync = (...range) => {
          on?.("map", faulty);
          return mapAsync(...range);
        };
        return buffer;
      },
    }),
    lose(reason = "unknown") {
      tell({ reason, message: "a test has lost it" } as GPUDeviceLostInfo);
      real.destroy();
    },
  };
  return faulty;
}

function bound<Target extends object, Name extends keyof Target>(target: Target, names: readonly Name[]) {
  const bind = (name: Name) => (target[name] as (...args: unknown[]) => unknown).bind(target);
  return Object.fromEntries(names.map((name) => [name, bind(name)])) as Pick<Target, Name>;
}

/** The same object with other members in place of some. */
function withOverrides<Target extends object>(target: Target, overrides: object): Target {
  return new Proxy(target, {
    get(_, name) {
      if (name in overrides) return Reflect.get(overrides, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
