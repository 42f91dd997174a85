/** Where a person wants to be paid outside. */

import { html } from "../../html.js";
import { put } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { tell } from "../../notices.js";
import { Refusal, useActing } from "../../parts/acting.js";
import { Field } from "../../parts/fields.js";
import { Read } from "../../parts/reading.js";
import { say } from "../../words.js";

const KINDS = { phone: { type: "tel", autocomplete: "tel" }, card: { inputmode: "numeric", autocomplete: "off" }, text: { maxlength: 200 } };

/** This view will let a person write down where to pay them. */
export function Requisites() {
  const { busy, refusal, run } = useActing();
  const save = (event) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    run(async () => {
      await put("/me/requisites", Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, values.get(kind).trim() || null])));
      refresh("/me/requisites");
      tell(say("saved"));
    });
  };
  return html`<section aria-labelledby="requisites"><h2 id="requisites">${say("requisites")}</h2><p class="soft">${say("requisites-hint")}</p>
    <${Read} from=${useRead("/me/requisites")}>${(known) => html`<form class="card" onSubmit=${save}>
      ${Object.entries(KINDS).map(([kind, input]) => html`<${Field} key=${kind} label=${say(`requisite-${kind}`)} name=${kind}
        defaultValue=${known[kind] ?? ""} ...${input} />`)}
      <${Refusal} words=${refusal} /><button class="button" aria-busy=${busy ? "true" : undefined}>${say("save")}</button></form>`}<//></section>`;
}
