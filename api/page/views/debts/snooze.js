/** A person wants to be left alone with a debt for some days. */

import { html, useState } from "../../html.js";
import { post } from "../../api.js";
import { tell } from "../../notices.js";
import { FormDialog } from "../../parts/dialog.js";
import { Choice } from "../../parts/fields.js";
import { say } from "../../words.js";

/** This view will ask for how long, and put the reminder off. */
export function Snooze({ debt, close }) {
  const [days, setDays] = useState("1");
  const snooze = async () => {
    await post(`/intents/${debt.id}/snooze`, { days: Number(days) });
    tell(say("snoozed", { count: Number(days) }));
  };
  return html`<${FormDialog} title=${say("snooze")} close=${close} confirm=${say("snooze")} act=${snooze}>
    <${Choice} label=${say("snooze-for")} name="days" value=${days} onChange=${setDays}
      options=${["1", "3", "7"].map((count) => [count, say("days", { count: Number(count) })])} /><//>`;
}
