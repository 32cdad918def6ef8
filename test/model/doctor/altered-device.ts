/** The same device but for some of its methods, which are given the device. */
export function alteredDevice(device: GPUDevice, methods: Partial<Record<keyof GPUDevice, unknown>>): GPUDevice {
  return new Proxy(device, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof GPUDevice];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
