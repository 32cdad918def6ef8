export interface SpiedDevice {
  readonly device: GPUDevice;
  /** Labels of the buffers made through it that were not destroyed. */
  living(): string[];
  /** Labels of all buffers made through it. */
  readonly made: readonly string[];
}

/** The same device, which keeps account of its buffers. `createBuffer` may be given in its place. */
export function spyDevice(
  device: GPUDevice,
  createBuffer = (descriptor: GPUBufferDescriptor) => device.createBuffer(descriptor),
): SpiedDevice {
  const made: string[] = [];
  const alive = new Set<GPUBuffer>();
  const spied = new Proxy(device, {
    get(target, name) {
      if (name !== "createBuffer") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (descriptor: GPUBufferDescriptor) => {
        const buffer = createBuffer(descriptor);
        made.push(buffer.label);
        alive.add(buffer);
        const destroy = buffer.destroy.bind(buffer);
        buffer.destroy = () => {
          alive.delete(buffer);
          return destroy();
        };
        return buffer;
      };
    },
  });
  return { device: spied, made, living: () => [...alive].map(({ label }) => label) };
}
