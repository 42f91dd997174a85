/** Live updates: one socket that tells what has changed; what is shown of it is read anew. */

import { signal } from "./html.js";
import { reachable, token } from "./api.js";
import { readMissed, refresh, refreshAll } from "./kept.js";
import { distrust } from "./session.js";

const AGAIN_MILLISECONDS = [500, 1000, 2000, 5000, 10_000];
const SIGNED_OUT = 4401;
const SILENCE_MILLISECONDS = 45_000; // a socket that says nothing at all for so long is dead

/** Whether the socket is up: true, false, or null before the first answer. */
export const isLive = signal(null);

let socket = null;
let lastEventId = null;
let failures = 0;
let retry = null;
let silence = null;
let wanted = false;

/** This function will follow what the person may see, from now on. */
export function begin() {
  wanted = true;
  window.addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", connectIfSeen);
  connectNow();
}

/** This function will end it. */
export function end() {
  wanted = false;
  lastEventId = null;
  window.removeEventListener("online", comeBack);
  document.removeEventListener("visibilitychange", connectIfSeen);
  clearTimeout(retry);
  clearTimeout(silence);
  socket?.close();
  socket = null;
  isLive.value = null;
}

function comeBack() {
  reach();
  connectNow();
}

function reach() {
  reachable.value = true;
  readMissed();
}

function connectIfSeen() {
  if (document.visibilityState === "visible") connectNow();
}

async function connectNow() {
  clearTimeout(retry);
  if (!wanted || (socket && socket.readyState <= WebSocket.OPEN)) return;
  let bearer;
  try {
    bearer = await token();
  } catch {
    return again();
  }
  if (!bearer || !wanted) return;
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const opened = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/live`);
  socket = opened;
  waitForWord();
  opened.onopen = () => opened.send(JSON.stringify({ token: bearer, ...(lastEventId !== null && { last_event_id: lastEventId }) }));
  opened.onmessage = ({ data }) => take(JSON.parse(data));
  opened.onclose = ({ code }) => {
    if (code === SIGNED_OUT) distrust(bearer); // the next try brings a new token, or finds that the session is over
    if (socket === opened) lost();
  };
}

function lost() {
  clearTimeout(silence);
  socket = null;
  if (!wanted) return;
  isLive.value = false;
  again();
}

function again() {
  clearTimeout(retry);
  const pause = AGAIN_MILLISECONDS[Math.min(failures, AGAIN_MILLISECONDS.length - 1)];
  retry = setTimeout(connectNow, pause * (0.5 + Math.random())); // a server that starts again is not asked by all at once
  failures += 1;
}

/** This function will give the socket up where it says nothing, as one may that is never answered or whose way has broken. */
function waitForWord() {
  clearTimeout(silence);
  const waiting = socket;
  silence = setTimeout(() => waiting.close(), SILENCE_MILLISECONDS);
}

function take(message) {
  waitForWord();
  reach();
  if (message.type === "ready") ready(message);
  else if (message.type === "reset") lastEventId = null;
  else if (message.type === "ping") socket?.send(JSON.stringify({ type: "pong" }));
  else if (message.type === "change") {
    lastEventId = message.id;
    refresh(...touched(message));
  }
}

/** What went by while the socket was down is told again, unless it never was up or was down for too long. */
function ready(message) {
  failures = 0;
  isLive.value = true;
  if (lastEventId === null) refreshAll();
  lastEventId = message.last_event_id;
}

function touched({ kind, purchase_id: purchaseId }) {
  const paths = purchaseId ? [`/purchases/${purchaseId}`, "/purchases?"] : [];
  if (kind === "purchase") paths.push("/purchases?", "/invites", "/intents"); // locking it makes debts
  if (kind === "intent") paths.push("/intents", "/attempts", "/refunds");
  if (kind === "attempt") paths.push("/attempts", "/intents", "/accounts");
  if (kind === "order" || kind === "account") paths.push("/orders", "/accounts", "/attempts", "/intents");
  if (kind === "report") paths.push("/purchases/", "/reports");
  return paths;
}
