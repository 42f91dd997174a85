/** Personal access tokens: for a person's own scripts; each is shown once. */

import { html, useState } from "../../html.js";
import { Unreachable, postOnce, remove } from "../../api.js";
import { refresh, useRead } from "../../kept.js";
import { tell } from "../../notices.js";
import { ActButton, Unclear } from "../../parts/acting.js";
import { Dialog, FormDialog } from "../../parts/dialog.js";
import { Field } from "../../parts/fields.js";
import { sure } from "../../parts/sure.js";
import { moment, say } from "../../words.js";

/** This view will list tokens, make and revoke them. */
export function Tokens() {
  const { data } = useRead("/tokens");
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState(null);
  return html`<section aria-labelledby="tokens"><h2 id="tokens">${say("tokens")}</h2><p class="soft">${say("tokens-hint")}</p>
    ${data?.items.length > 0 && html`<ul class="list">${data.items.map((token) => html`<${Line} key=${token.id} token=${token} />`)}</ul>`}
    <div class="row"><button type="button" class="button" onClick=${() => setAsking(true)}>${say("new-token")}</button></div>
    ${isAsking && html`<${NewToken} close=${() => setAsking(false)} shown=${setMade} />`}
    ${made && html`<${Dialog} title=${say("token-made")} close=${() => setMade(null)}><p>${say("token-once")}</p>
      <p class="secret selectable">${made}</p>
      <div class="row"><button type="button" class="button main" onClick=${() => copy(made)}>${say("copy")}</button></div><//>`}</section>`;
}

async function copy(text) {
  await navigator.clipboard?.writeText(text).then(() => tell(say("copied")), () => {});
}

function NewToken({ close, shown }) {
  const make = async (values) => {
    try {
      shown((await postOnce("/tokens", { name: values.get("name").trim() })).token);
    } catch (error) {
      throw error instanceof Unreachable ? new Unclear(say("token-lost")) : error;
    } finally {
      refresh("/tokens");
    }
  };
  return html`<${FormDialog} title=${say("new-token")} close=${close} confirm=${say("make-token")} act=${make}>
    <${Field} label=${say("token-name")} name="name" required maxlength="50" autofocus /><//>`;
}

function Line({ token: { id, name, prefix, last_used_at: used } }) {
  const revoke = async () => {
    if (!(await sure({ title: say("revoke-sure", { name }), confirm: say("revoke") }))) return;
    await remove(`/tokens/${id}`);
    refresh("/tokens");
  };
  return html`<li class="line"><span class="grow"><b>${name}</b>
    <small>${prefix}… · ${used ? say("used-at", { at: moment(used) }) : say("never-used")}</small></span>
    <${ActButton} look="quiet" act=${revoke}>${say("revoke")}<//></li>`;
}
