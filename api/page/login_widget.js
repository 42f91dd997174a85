/**
 * Telegram's Login Widget without its script, which would be a foreign one: a link to where Telegram asks who somebody
 * is, and the proof that they come back with (core.telegram.org/widgets/login).
 */

import { signal } from "./html.js";

const GONE = "gone-to-telegram";

/** The id of the bot that Telegram asks for here; null: none. */
export const loginBot = signal(null);

/** What Telegram signed of whoever comes back from it, if somebody does. */
export const broughtBack = readReturn();

/** This function will return where Telegram asks who somebody is. */
export function loginAddress() {
  const { origin } = location;
  return `https://oauth.telegram.org/auth?${new URLSearchParams({ bot_id: loginBot.value, origin, return_to: `${origin}/` })}`;
}

/** This function will remember that this tab goes there: a proof that it did not ask for is somebody else's link. */
export function goToTelegram() {
  sessionStorage.setItem(GONE, "1");
}

function readReturn() {
  const found = /^#tgAuthResult=([\w-]+)=*$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(history.state, "", `${location.pathname}#/`);
  const isAwaited = sessionStorage.getItem(GONE) !== null;
  sessionStorage.removeItem(GONE);
  return isAwaited ? fieldsOf(found[1]) : null;
}

/** The fields stand in the address as JSON in base64url; `false` for who did not want to. */
function fieldsOf(written) {
  try {
    const bytes = Uint8Array.from(atob(written.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
