import { openGpu } from "../../cli/adapter/open-gpu.ts";

const { adapter } = await openGpu();
console.log(adapter.info.subgroupMinSize);
// Dawn holds the process otherwise.
process.exit();
