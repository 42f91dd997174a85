/** What the page has read: shown at once when it is opened again, and read anew when something changed. */

import { signal, useEffect } from "./html.js";
import { Unreachable, get } from "./api.js";

const SOON_MILLISECONDS = 20; // one action is often several changes

const entries = new Map();
const waiting = new Set();

/**
 * This hook will return `{data, error}` of a path of the API and keep it current while the component is shown; null:
 * nothing is read. `data` is undefined until the first answer.
 */
export function useRead(path) {
  useEffect(() => {
    if (!path) return undefined;
    const entry = entryOf(path);
    entry.readers += 1;
    if (entry.isStale) read(entry);
    return () => { entry.readers -= 1; };
  }, [path]);
  return path ? entryOf(path).state.value : { data: undefined, error: null };
}

/** This function will read anew what is shown of these paths (by their beginning), and the rest when it is shown again. */
export function refresh(...beginnings) {
  for (const entry of entries.values()) {
    if (!beginnings.some((beginning) => entry.path.startsWith(beginning))) continue;
    entry.isStale = true;
    if (entry.readers > 0) readSoon(entry);
  }
}

/** This function will read everything anew. */
export const refreshAll = () => refresh("/");

/** This function will read again what is shown and could not be read because the server was away. */
export function readMissed() {
  for (const entry of entries.values()) {
    if (entry.readers > 0 && entry.state.value.error instanceof Unreachable) readSoon(entry);
  }
}

/** This function will forget everything: somebody else signs in. */
export function forgetAll() {
  entries.clear();
}

/** This function will put in place what an answer has told already. */
export function put(path, data) {
  Object.assign(entryOf(path), { isStale: false });
  entryOf(path).state.value = { data, error: null };
}

function entryOf(path) {
  if (!entries.has(path)) {
    entries.set(path, { path, state: signal({ data: undefined, error: null }), readers: 0, isStale: true, round: 0 });
  }
  return entries.get(path);
}

function readSoon(entry) {
  if (waiting.has(entry)) return;
  waiting.add(entry);
  setTimeout(() => {
    waiting.delete(entry);
    read(entry);
  }, SOON_MILLISECONDS);
}

/** The newest question is the one whose answer counts: an older one may come later. */
async function read(entry) {
  entry.isStale = false;
  entry.round += 1;
  const { round } = entry;
  try {
    const data = await get(entry.path);
    if (round === entry.round) entry.state.value = { data, error: null };
  } catch (error) {
    entry.isStale = true;
    if (round !== entry.round) return;
    entry.state.value = error.status === 404 ? { data: undefined, error } : { ...entry.state.value, error };
  }
}
