/** Requests to the API: as the person who is signed in, each creating one with a key that every repeat of it keeps. */

import { signal } from "./html.js";
import { tell } from "./notices.js";
import { accessToken, distrust } from "./session.js";
import { language, say } from "./words.js";

const AGAIN_AFTER_MILLISECONDS = [300, 1200]; // a lost answer heals by itself; after that the person is asked
const BASE = "/v1";

/** Whether the last request reached the server. */
export const reachable = signal(true);

/** The API said no; `message` is in the person's language. */
export class Refused extends Error {
  constructor(status, { code, message, details }) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}

/** The server could not be reached, or was not able to answer. */
export class Unreachable extends Error {}

/** Keys of creating requests that have had no definite answer: the same request again is the same one. */
const keys = new Map();

export const get = (path) => send("GET", path);
export const patch = (path, body) => send("PATCH", path, body);
export const put = (path, body) => send("PUT", path, body);
export const remove = (path) => send("DELETE", path);

/**
 * This function will do something once, however often its answer is lost on the way; who asked for the same again after
 * that is told that it had been done.
 */
export async function post(path, body = {}) {
  const print = `${path} ${JSON.stringify(body)}`;
  const wasLost = keys.has(print);
  if (!wasLost) keys.set(print, newKey());
  try {
    const answer = await answered("POST", path, body, { key: keys.get(print) });
    const content = await contentOf(answer);
    keys.delete(print);
    if (wasLost && answer.headers.has("Idempotency-Replayed")) tell(say("was-done-before"));
    return content;
  } catch (error) {
    if (error instanceof Refused && isDefinite(error)) keys.delete(print);
    throw error;
  }
}

/** This function will do what the server keeps no key of, and so never twice: a lost answer is for the person to judge. */
export const postOnce = (path, body) => send("POST", path, body);

/** This function will ask without being signed in, and never twice: nobody is known yet whose key it could carry. */
export const ask = (path, body) => send("POST", path, body, { anonymous: true });

/** This function will return a living access token, or null. */
export function token() {
  return accessToken(renew);
}

/** This function will upload a photo under the id that it is to be known by; twice is the same as once. */
export async function upload(id, photo) {
  await answered("PUT", `/photos/${id}`, photo, { isRepeatable: true });
}

/** This function will return a file of the API as a blob; addresses alone open nothing, they need the token. */
export async function file(path) {
  const answer = await answered("GET", path.startsWith(BASE) ? path.slice(BASE.length) : path, undefined, {});
  return answer.blob();
}

async function send(method, path, body, how = {}) {
  return contentOf(await answered(method, path, body, how));
}

function contentOf(answer) {
  return answer.status === 204 || answer.headers.get("content-length") === "0" ? null : answer.json();
}

async function answered(method, path, body, how) {
  const isSafe = method === "GET" || how.key || how.isRepeatable;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(method, path, body, how);
    } catch (error) {
      if (!(error instanceof Unreachable) || !isSafe || attempt === AGAIN_AFTER_MILLISECONDS.length) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_AFTER_MILLISECONDS[attempt]));
    }
  }
}

async function once(method, path, body, { key, anonymous = false }) {
  const bearer = anonymous ? null : await token();
  const sendAs = (by) => reached(path, { method, headers: headersOf({ bearer: by, key, body }), body: body instanceof Blob ? body : body && JSON.stringify(body) });
  const answer = await sendAs(bearer);
  if (answer.status === 401 && bearer) {
    distrust(bearer);
    const renewed = await token();
    if (renewed) return judged(await sendAs(renewed));
  }
  return judged(answer);
}

async function reached(path, request) {
  try {
    const answer = await fetch(BASE + path, { ...request, cache: "no-store" });
    reachable.value = true;
    return answer;
  } catch (failure) {
    reachable.value = false;
    throw new Unreachable(failure.message);
  }
}

async function judged(answer) {
  if (answer.ok) return answer;
  if (answer.status >= 502 && answer.status <= 504) throw new Unreachable(String(answer.status));
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, { code: said.code ?? "UNKNOWN", message: said.message ?? "", details: said.details });
}

/** Made by what browsers have without TLS too. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** This function will return a new UUID (RFC 9562, version 4). */
export function newId() {
  const digits = newKey();
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20)}`;
}

function headersOf({ bearer, key, body }) {
  return {
    "Accept-Language": language.value,
    ...(body && { "Content-Type": body instanceof Blob ? body.type : "application/json" }),
    ...(bearer && { Authorization: `Bearer ${bearer}` }),
    ...(key && { "Idempotence-Key": key }),
  };
}

/** What may be another matter in a moment is asked again with the same key. */
function isDefinite({ status, code }) {
  return status < 500 && status !== 401 && status !== 429 && code !== "SAME_KEY_STILL_RUNNING";
}

async function renew(refreshToken) {
  try {
    return await (await once("POST", "/auth/token", { grant_type: "refresh_token", refresh_token: refreshToken }, { anonymous: true })).json();
  } catch (error) {
    if (error instanceof Refused && error.status < 500 && error.status !== 429) return null;
    throw error;
  }
}
