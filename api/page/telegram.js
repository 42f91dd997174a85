/**
 * The bridge to Telegram where the page is open as a Mini App: what it was launched with, and the events that go there
 * and come back (core.telegram.org/bots/webapps, core.telegram.org/api/web-events). In a plain browser it is silent.
 */

import { signal } from "./html.js";

/**
 * What Telegram opened the page with: the proof of who opened it (init data), and what to show at first. It is taken
 * out of the address and kept in the history, so that it survives a reload of this frame and meets no other.
 */
export const launch = history.state?.launch ?? readLaunch();

/** Whether the page is inside Telegram. */
export const isMiniApp = Boolean(launch.proof);

/** The colours of the person's Telegram, by Telegram's names (bg_color, text_color, ...). */
export const theme = signal(launch.theme ?? null);

const listeners = new Map();

/** This function will tell Telegram something; nothing secret is ever told. */
export function post(eventType, eventData = {}) {
  if (!isMiniApp) return;
  if (window.TelegramWebviewProxy) window.TelegramWebviewProxy.postEvent(eventType, JSON.stringify(eventData));
  else if (window.external && "notify" in window.external) window.external.notify(JSON.stringify({ eventType, eventData }));
  else if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType, eventData }), "*");
}

/** This function will call `act(data)` for every event of this type, and return what ends that. */
export function on(eventType, act) {
  if (!listeners.has(eventType)) listeners.set(eventType, new Set());
  listeners.get(eventType).add(act);
  return () => listeners.get(eventType).delete(act);
}

/** This function will say that the page can be shown, and follow Telegram's colours. */
export function begin() {
  if (!isMiniApp) return;
  on("theme_changed", ({ theme_params: colours }) => { theme.value = colours; });
  listen();
  post("iframe_ready", { reload_supported: true });
  post("web_app_request_theme");
  post("web_app_ready");
  post("web_app_expand");
}

/** This function will open an address outside, as Telegram wants it opened. */
export function openOutside(url) {
  if (isMiniApp) post("web_app_open_link", { url });
  else window.open(url, "_blank", "noopener,noreferrer");
}

function readLaunch() {
  const given = new URLSearchParams(location.hash.slice(1));
  const proof = isWithinTelegram() ? given.get("tgWebAppData") : null;
  const said = new URLSearchParams(proof ?? "");
  const start = said.get("start_param") ?? new URLSearchParams(location.search).get("open");
  const found = proof === null ? {} : { proof, start, theme: readJson(given.get("tgWebAppThemeParams")), user: readJson(said.get("user")) };
  const route = given.has("tgWebAppData") ? "#/" : location.hash || "#/";
  history.replaceState({ launch: found }, "", location.pathname + route);
  return found;
}

/** Elsewhere a proof in the address is a link that somebody made, so that whoever follows it acts as them. */
function isWithinTelegram() {
  return Boolean(window.TelegramWebviewProxy || window.external?.notify || window.parent !== window);
}

function readJson(written) {
  try {
    return JSON.parse(written);
  } catch {
    return null;
  }
}

function listen() {
  const receive = (eventType, data) => {
    for (const act of listeners.get(eventType) ?? []) act(data ?? {});
  };
  // Where Telegram's own programs call into the page.
  window.Telegram = { WebView: { receiveEvent: receive } };
  window.TelegramGameProxy = { receiveEvent: receive };
  window.TelegramGameProxy_receiveEvent = receive;
  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || typeof data !== "string") return;
    const event = readJson(data);
    if (event?.eventType) receive(event.eventType, event.eventData);
  });
}
