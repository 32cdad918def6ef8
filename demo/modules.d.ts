/// <reference types="vite/client" />

/** Whether the page is built, and not served by vite as it is written. */
declare const IS_BUILT: boolean;
