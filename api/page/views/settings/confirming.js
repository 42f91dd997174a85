/** What shows that it is the person themselves, and nobody who came by their session: the password, or a code from the chat. */

import { html } from "../../html.js";
import { Field } from "../../parts/fields.js";
import { say } from "../../words.js";

/** This view will ask for the password that counts now. */
export function CurrentPassword(how) {
  return html`<${Field} label=${say("current-password")} name="current" type="password" autocomplete="current-password" ...${how} />`;
}

/** This view will ask for a code from the chat, which is needed where there is no password; who has no Telegram gets none. */
export function Code({ me, ...how }) {
  return me.identities.length > 0 && html`<${Field} label=${say("code")} name="code" required=${!me.has_password}
    hint=${say(me.has_password ? "code-if-forgotten" : "code-hint")} autocomplete="one-time-code" autocapitalize="characters" ...${how} />`;
}
