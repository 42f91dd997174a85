/** What is known of a person: all of it as a file, and nothing of it any more. */

import { html, useState } from "../../html.js";
import { Unreachable, postOnce } from "../../api.js";
import { announce } from "../../notices.js";
import { ActButton } from "../../parts/acting.js";
import { FormDialog } from "../../parts/dialog.js";
import { download } from "../../parts/download.js";
import { go } from "../../route.js";
import { forget, person } from "../../session.js";
import { say } from "../../words.js";
import { wasErased } from "../sign_in.js";
import { Code, CurrentPassword } from "./confirming.js";

/** This view will give a person their data, and let them be forgotten. */
export function MyData({ me }) {
  const [isAsking, setAsking] = useState(false);
  const save = () => download("/me/data", `syncbuy-${new Date().toISOString().slice(0, 10)}.json`);
  return html`<section aria-labelledby="my-data"><h2 id="my-data">${say("my-data")}</h2><p class="soft">${say("my-data-hint")}</p>
    <div class="row"><${ActButton} act=${save}>${say("download")}<//>
      <button type="button" class="button quiet" onClick=${() => setAsking(true)}>${say("erase-me")}</button></div>
    ${isAsking && html`<${EraseMe} me=${me} close=${() => setAsking(false)} />`}</section>`;
}

function EraseMe({ me, close }) {
  const erase = async (values) => {
    const [password, code] = [values.get("current"), values.get("code")?.trim()];
    try {
      await postOnce("/me/erase", { ...(password && { password }), ...(code && { code }) });
    } catch (error) {
      // Where the answer is lost, the session tells what became of them: it goes with the person.
      const isGone = error.status === 401 && wasErased.value;
      wasErased.value = isGone || error instanceof Unreachable;
      if (!isGone) throw error;
    }
    wasErased.value = true;
    forget();
    go("/");
    announce(say("erased"));
  };
  const leave = () => {
    if (person.value) wasErased.value = false;
    close();
  };
  return html`<${FormDialog} title=${say("erase-sure")} close=${leave} confirm=${say("erase-yes")} look="danger" act=${erase}>
    <p>${say("erase-means")}</p>
    ${me.has_password && html`<${CurrentPassword} required=${me.identities.length === 0} autofocus />`}
    <${Code} me=${me} autofocus=${!me.has_password} /><//>`;
}
