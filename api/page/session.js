/**
 * Who is signed in. The access token lives in memory alone. The refresh token is kept where the person opened the page:
 * in a browser in localStorage, so that they stay signed in, and one tab at a time renews it under a lock (a token that
 * is used twice ends the session); in a Mini App in sessionStorage under the launch it belongs to, because every launch
 * brings a proof of its own and two people may have theirs open in one window.
 */

import { signal } from "./html.js";
import { launch } from "./telegram.js";

const RENEW_BEFORE_MILLISECONDS = 30_000;
const KEPT = launch.proof ? `syncbuy-session-${launch.proof.slice(-40)}` : "syncbuy-session";
const storage = launch.proof ? sessionStorage : localStorage;

/** The person who is signed in, as the tokens name them: {id, name, language}; null: nobody. */
export const person = signal(null);

let access = null;
let accessUntil = 0;

/** This function will take the answer of a sign-in: from now on requests are this person's. */
export function take(tokens) {
  access = tokens.access_token;
  accessUntil = Date.now() + tokens.expires_in * 1000;
  storage.setItem(KEPT, tokens.refresh_token);
  person.value = tokens.user;
}

/** This function will forget who was signed in, here and in the other tabs. */
export function forget() {
  storage.removeItem(KEPT);
  leave();
}

/** What is kept stays: somebody else may have signed in since, in another tab. */
function leave() {
  access = null;
  person.value = null;
}

window.addEventListener("storage", ({ key, newValue }) => {
  if (key === KEPT && newValue === null) leave();
});

/** This function will return whether a session was kept that can be gone on with. */
export function isKept() {
  return storage.getItem(KEPT) !== null;
}

/** This function will return whether `token` is still the newest one. */
export function isCurrent(token) {
  return token === access;
}

/**
 * This function will return a living access token, renewed by `renew(refreshToken)` where it has to be, or null where
 * nobody is signed in. `renew` returns tokens, or null if the session is over.
 */
export async function accessToken(renew) {
  if (access && Date.now() < accessUntil - RENEW_BEFORE_MILLISECONDS) return access;
  return oneAtATime(async () => {
    if (access && Date.now() < accessUntil - RENEW_BEFORE_MILLISECONDS) return access;
    const refreshToken = storage.getItem(KEPT);
    if (!refreshToken) {
      leave();
      return null;
    }
    const tokens = await renew(refreshToken);
    if (!tokens) forget();
    else if (person.value && person.value.id !== tokens.user.id) await beginAnewAs(tokens);
    else take(tokens);
    return access;
  });
}

/** Another tab has signed somebody else in: nothing that was typed here may be done as them. */
function beginAnewAs({ refresh_token: refreshToken }) {
  storage.setItem(KEPT, refreshToken);
  location.reload();
  return new Promise(() => {}); // whatever asked for a token goes away with the page
}

/** This function will let the next request renew the token: the server did not take this one. */
export function distrust(token) {
  if (token === access) access = null;
}

function oneAtATime(act) {
  return navigator.locks ? navigator.locks.request(KEPT, act) : act();
}
