/** The ways in which a person signs in: Telegram, a name with a password. */

import { html, useState } from "../../html.js";
import { post, put } from "../../api.js";
import { refresh } from "../../kept.js";
import { tell } from "../../notices.js";
import { FormDialog } from "../../parts/dialog.js";
import { Field } from "../../parts/fields.js";
import { isMiniApp, launch } from "../../telegram.js";
import { say } from "../../words.js";
import { Code, CurrentPassword } from "./confirming.js";

/** This view will list the ways in, and add, change and remove them. */
export function Ways({ me }) {
  const [isAsking, setAsking] = useState(false);
  const [isLinking, setLinking] = useState(false);
  const hasTelegram = me.identities.some(({ provider }) => provider === "telegram");
  return html`<section aria-labelledby="ways"><h2 id="ways">${say("ways-in")}</h2><ul class="list">
      ${me.identities.map((identity) => html`<${Identity} key=${identity.provider} me=${me} identity=${identity} />`)}
      ${!hasTelegram && html`<li class="line"><span class="grow"><b>Telegram</b><small>${say("telegram-not-linked")}</small>
        </span>${isMiniApp && html`<button type="button" class="button" onClick=${() => setLinking(true)}>${say("link")}</button>`}</li>`}
      <li class="line"><span class="grow"><b>${say("name-and-password")}</b>
        <small>${me.has_password ? me.login_name : say("no-password")}</small></span>
        <button type="button" class="button" onClick=${() => setAsking(true)}>${me.has_password ? say("change") : say("add")}</button></li></ul>
    ${isLinking && html`<${FormDialog} title=${say("link-sure")} close=${() => setLinking(false)} confirm=${say("link")} act=${link}>
      <${CurrentPassword} required autofocus /><//>`}
    ${isAsking && html`<${Password} me=${me} close=${() => setAsking(false)} />`}</section>`;
}

async function link(values) {
  await put("/me/identities/telegram", { proof: { kind: "init_data", init_data: launch.proof }, password: values.get("current") });
  refresh("/me");
}

function Identity({ me, identity: { provider, username } }) {
  const [isAsking, setAsking] = useState(false);
  const unlink = async (values) => {
    try {
      await post(`/me/identities/${provider}/unlink`, { password: values.get("current") });
    } catch (error) {
      if (error.code !== "IDENTITY_NOT_FOUND") throw error; // it was done before, and the answer lost
    }
    refresh("/me", "/sessions", "/tokens", "/purchases", "/chats");
  };
  return html`<li class="line"><span class="grow"><b>${provider === "telegram" ? "Telegram" : provider}</b>
    <small>${username ? `@${username}` : ""}</small></span>
    ${me.has_password && html`<button type="button" class="button quiet" onClick=${() => setAsking(true)}>${say("unlink")}</button>`}
    ${isAsking && html`<${FormDialog} title=${say("unlink-sure")} close=${() => setAsking(false)} confirm=${say("unlink")} look="danger" act=${unlink}>
      <p class="soft">${say("unlink-hint")}</p><${CurrentPassword} required autofocus /><//>`}</li>`;
}

function Password({ me, close }) {
  const hasTelegram = me.identities.length > 0;
  const save = async (values) => {
    const name = values.get("name")?.trim();
    const [current, code] = [values.get("current"), values.get("code")?.trim()];
    await put("/me/password", { ...(name && { name }), password: values.get("password"), ...(current && { current_password: current }), ...(code && { code }) });
    refresh("/me", "/sessions", "/tokens");
    tell(say("saved"));
  };
  return html`<${FormDialog} title=${say("name-and-password")} close=${close} confirm=${say("save")} act=${save}>
    ${me.has_password ? html`<${CurrentPassword} required=${!hasTelegram} autofocus />`
      : html`<${Field} label=${say("login-name")} name="name" required minlength="3" maxlength="50"
        autocomplete="username" autocapitalize="none" autofocus />`}
    <${Field} label=${say("new-password")} name="password" type="password" required minlength="8" maxlength="200"
      hint=${say("password-hint")} autocomplete="new-password" />
    <${Code} me=${me} /><//>`;
}
