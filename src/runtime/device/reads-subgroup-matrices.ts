/**
 * Whether the device's compiler reads subgroup matrices as kernels here write them. They are an experiment of Chromium,
 * and its releases differ in their words.
 */
export async function readsSubgroupMatrices(device: GPUDevice): Promise<boolean> {
  const code = `
    enable chromium_experimental_subgroup_matrix;
    var<workgroup> numbers: array<f32, 64>;
    fn load() -> subgroup_matrix_result<f32, 8, 8> {
      return subgroupMatrixLoad<subgroup_matrix_result<f32, 8, 8>, row_major>(&numbers, 0u, 8u);
    }`;
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: "subgroup matrices", code });
  const [error] = await Promise.all([device.popErrorScope(), module.getCompilationInfo()]);
  return error === null;
}
