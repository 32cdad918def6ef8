/** The address of a file, as vite serves or copies it. */
declare module "*?url" {
  const url: string;
  export default url;
}

/** What is checked out, as vite's configuration defines it. */
declare const COMMIT: string;
