/** Of this package, as its package.json has it: a report of a page has to say it too. */
export const VERSION = "0.1.0";
