/** Choices that count as soon as they are made: language, time zone and quiet hours, reminders. */

import { html } from "../../html.js";
import { patch } from "../../api.js";
import { put, refresh } from "../../kept.js";
import { tell } from "../../notices.js";
import { wordsOf } from "../../parts/acting.js";
import { Choice, Field, Switch } from "../../parts/fields.js";
import { say, speak, timeZone } from "../../words.js";

/** Each language that SyncBuy speaks, as it calls itself. */
export const LANGUAGE_NAMES = [["ru", "Русский"], ["en", "English"]];

/** What is chosen is shown at once, and taken back if the server refuses. */
async function choose(me, change) {
  put("/me", { ...me, ...change });
  try {
    put("/me", await patch("/me", change) ?? { ...me, ...change });
  } catch (error) {
    tell(wordsOf(error));
    refresh("/me");
  }
}

/** This view will let a person choose their language. */
export function Language({ me }) {
  const change = async (language) => {
    await speak(language);
    await choose(me, { language });
  };
  return html`<div class="card"><${Choice} label=${say("language")} name="language" value=${me.language} onChange=${change}
    options=${LANGUAGE_NAMES} /></div>`;
}

/** This view will let a person choose their time zone and the hours in which nobody disturbs them. */
export function Times({ me }) {
  const zones = Intl.supportedValuesOf("timeZone");
  const hour = (written) => (written ?? "00:00").slice(0, 5);
  const setZone = async (event) => {
    timeZone.value = event.target.value;
    await choose(me, { time_zone: event.target.value });
  };
  const setQuiet = (side) => (event) => event.target.value && choose(me, { quiet_from: me.quiet_from, quiet_until: me.quiet_until, [side]: event.target.value });
  return html`<div class="card">
    <${Field} as="select" label=${say("time-zone")} value=${me.time_zone}
      onChange=${setZone}>${[...new Set([me.time_zone, ...zones])].map((zone) => html`<option key=${zone}
      value=${zone} selected=${zone === me.time_zone}>${zone}</option>`)}<//>
    <div class="pair"><${Field} type="time" label=${say("quiet-from")} value=${hour(me.quiet_from)} onChange=${setQuiet("quiet_from")} />
      <${Field} type="time" label=${say("quiet-until")} value=${hour(me.quiet_until)} onChange=${setQuiet("quiet_until")} /></div>
  </div>`;
}

/** This view will let a person choose which reminders they get. */
export function Reminders({ me }) {
  const days = (name) => html`<${Field} as="select" label=${say(name)} onChange=${(event) => choose(me, { [name]: Number(event.target.value) })}>
    ${[0, 1, 2, 3, 5, 7, 14, 30].map((count) => html`<option key=${count}
      value=${count} selected=${count === me[name]}>${count ? say("days", { count }) : say("never")}</option>`)}<//>`;
  return html`<div class="card"><${Switch} label=${say("remind")} checked=${me.remind} onChange=${(remind) => choose(me, { remind })} />
    ${me.remind && html`<div class="pair">${days("remind_before_days")}${days("remind_every_days")}</div>
      <${Switch} label=${say("remind_when_due")} checked=${me.remind_when_due} onChange=${(now) => choose(me, { remind_when_due: now })} />`}</div>`;
}
