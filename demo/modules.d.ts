/// <reference types="vite/client" />

/** Whether the page is built, and not served by vite as it is written. */
declare const IS_BUILT: boolean;

/** That the page was built or is served from; "unknown" outside of a clone. */
declare const COMMIT: string;
