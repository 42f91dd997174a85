/** Files of the API, which the browser keeps: their addresses alone open nothing. */

import { file } from "../api.js";

const READ_WITHIN_MILLISECONDS = 60_000;

/** This function will have the browser keep what stands at a path of the API, under a name. */
export async function download(path, name) {
  const url = URL.createObjectURL(await file(path));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN_MILLISECONDS);
}
