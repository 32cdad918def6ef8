// The tests bring their own Chromium (see test/browser); the install must not download another one.
module.exports = { skipDownload: true };
