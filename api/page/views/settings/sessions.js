/** Where a person is signed in, and ending that. */

import { html } from "../../html.js";
import { remove } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { ActButton } from "../../parts/acting.js";
import { Read } from "../../parts/reading.js";
import { moment, say } from "../../words.js";

const BROWSERS = { Edg: "Edge", OPR: "Opera", YaBrowser: "Yandex" };

/** This view will list sessions. */
export function Sessions() {
  return html`<section aria-labelledby="sessions"><h2 id="sessions">${say("sessions")}</h2>
    <${Read} from=${useRead("/sessions")}>${({ items }) => html`<ul class="list">${items.map((session) =>
      html`<${Line} key=${session.id} session=${session} />`)}</ul>`}<//></section>`;
}

/** What a browser says of itself is long; its name and its system are enough to know it again. */
function called(client) {
  const browser = /Edg|OPR|YaBrowser|Firefox|Chrome|Safari|curl|python/i.exec(client)?.[0];
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(client)?.[0];
  return [BROWSERS[browser] ?? browser, system].filter(Boolean).join(" · ") || client || say("session");
}

function Line({ session }) {
  const end = async () => {
    await remove(`/sessions/${session.id}`);
    refresh("/sessions");
  };
  const isCurrent = session.is_current;
  return html`<li class="line"><span class="grow"><b>${called(session.client)}</b>
      <small>${isCurrent ? say("this-session") : say("used-at", { at: moment(session.last_used_at) })}</small></span>
    ${!isCurrent && html`<${ActButton} look="quiet" act=${end}>${say("end-session")}<//>`}</li>`;
}
