/** Lets the built page open without a network from the second visit on. */
export function registerOffline(): void {
  if (!IS_BUILT || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("./service-worker.js").catch((cause) => {
    // A private window, or a page that is not served securely: it works, only not offline.
    console.info(`offline: want a service worker, got "${cause}". The page needs the network each time.`);
  });
}
