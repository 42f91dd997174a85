/** The ways in which a person signs in: Telegram, a name with a password. */

import { html, useState } from "../../html.js";
import { post, put, remove } from "../../api.js";
import { refresh } from "../../kept.js";
import { tell } from "../../notices.js";
import { ActButton } from "../../parts/acting.js";
import { FormDialog } from "../../parts/dialog.js";
import { Field } from "../../parts/fields.js";
import { sure } from "../../parts/sure.js";
import { isMiniApp, launch } from "../../telegram.js";
import { say } from "../../words.js";

/** This view will list the ways in, and add, change and remove them. */
export function Ways({ me }) {
  const [isAsking, setAsking] = useState(false);
  const hasTelegram = me.identities.some(({ provider }) => provider === "telegram");
  return html`<section aria-labelledby="ways"><h2 id="ways">${say("ways-in")}</h2><ul class="list">
      ${me.identities.map((identity) => html`<${Identity} key=${identity.provider} identity=${identity} />`)}
      ${!hasTelegram && html`<li class="line"><span class="grow"><b>Telegram</b><small>${say("telegram-not-linked")}</small>
        </span>${isMiniApp && html`<${ActButton} act=${link}>${say("link")}<//>`}</li>`}
      <li class="line"><span class="grow"><b>${say("name-and-password")}</b>
        <small>${me.has_password ? me.login_name : say("no-password")}</small></span>
        <button type="button" class="button" onClick=${() => setAsking(true)}>${me.has_password ? say("change") : say("add")}</button></li></ul>
    ${isAsking && html`<${Password} me=${me} close=${() => setAsking(false)} />`}</section>`;
}

async function link() {
  await post("/me/identities", { provider: "telegram", proof: { kind: "init_data", init_data: launch.proof } });
  refresh("/me");
}

function Identity({ identity: { provider, username } }) {
  const unlink = async () => {
    if (!(await sure({ title: say("unlink-sure"), confirm: say("unlink") }))) return;
    await remove(`/me/identities/${provider}`);
    refresh("/me");
  };
  return html`<li class="line"><span class="grow"><b>${provider === "telegram" ? "Telegram" : provider}</b>
    <small>${username ? `@${username}` : ""}</small></span>
    <${ActButton} look="quiet" act=${unlink}>${say("unlink")}<//></li>`;
}

function Password({ me, close }) {
  const save = async (values) => {
    const name = values.get("name")?.trim();
    const current = values.get("current");
    await put("/me/password", { ...(name && { name }), password: values.get("password"), ...(current && { current_password: current }) });
    refresh("/me", "/sessions");
    tell(say("saved"));
  };
  return html`<${FormDialog} title=${say("name-and-password")} close=${close} confirm=${say("save")} act=${save}>
    ${me.has_password ? html`<${Field} label=${say("current-password")} name="current" type="password" required
      autocomplete="current-password" autofocus />`
      : html`<${Field} label=${say("login-name")} name="name" required minlength="3" maxlength="50"
        autocomplete="username" autocapitalize="none" autofocus />`}
    <${Field} label=${say("new-password")} name="password" type="password" required minlength="8" maxlength="200"
      hint=${say("password-hint")} autocomplete="new-password" /><//>`;
}
