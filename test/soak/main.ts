import { growth } from "./growth.ts";
import { soak } from "./soak.ts";

/** `npm run soak`: 1,000 pictures of 20 sizes, and 200 loads and disposals. Ends with 1 if anything has grown. */
const onProgress = (done: string) => console.error(done);
const soaked = await soak({ sizes: 20, pictures: 1000, loads: 200, onProgress });
const problems = [
  ...growth(soaked.pictures).map((each) => `pictures: ${each}`),
  ...growth(soaked.loads).map((each) => `loads: ${each}`),
  ...(soaked.changed > 0 ? [`${soaked.changed} pictures got other labels than the first time`] : []),
  ...(soaked.left > 0 ? [`${soaked.left} objects were left on devices of models that are gone`] : []),
];
console.log(JSON.stringify({ ...soaked, problems }, undefined, 2));
process.exit(problems.length > 0 ? 1 : 0);
