/** The people of a purchase: what each has paid and bears; inviting, leaving, taking out. */

import { html, useState } from "../../html.js";
import { post, remove } from "../../api.js";
import { useRead } from "../../kept.js";
import { tell } from "../../notices.js";
import { ActButton } from "../../parts/acting.js";
import { FormDialog } from "../../parts/dialog.js";
import { Field } from "../../parts/fields.js";
import { Icon } from "../../parts/icons.js";
import { Avatar } from "../../parts/people.js";
import { sure } from "../../parts/sure.js";
import { go } from "../../route.js";
import { person } from "../../session.js";
import { money, say } from "../../words.js";
import { changed } from "./purchase.js";

/** This view will list the participants of a purchase. */
export function People({ purchase }) {
  const [isInviting, setInviting] = useState(false);
  return html`<section aria-labelledby="people">
    <h2 id="people">${say("people", { count: purchase.participants.length })}</h2>
    <ul class="list">${purchase.participants.map((one) => html`<${Line} key=${one.user_id} one=${one} purchase=${purchase} />`)}
      <${Invited} purchase=${purchase} /></ul>
    ${purchase.status === "active" && html`<div class="row"><button type="button" class="button" onClick=${() => setInviting(true)}>
      <${Icon} name="invite" />${say("invite")}</button></div>`}
    ${isInviting && html`<${Invite} purchase=${purchase} close=${() => setInviting(false)} />`}
  </section>`;
}

function Line({ one, purchase }) {
  const { user_id: id, name, is_organizer: isOrganizer, paid_cents: paid, share_cents: share } = one;
  const isMe = id === person.value.id;
  const { currency } = purchase;
  const mayGo = isMe ? purchase.may.leave : purchase.status === "active" && purchase.owner_id === person.value.id;
  return html`<li class="line"><${Avatar} id=${id} name=${name} />
    <span class="grow"><b>${isMe ? say("me", { name }) : name}</b>${isOrganizer && html`<small>${say("organizer")}</small>`}</span>
    <span class="sum"><small>${say("has-paid", { amount: money(paid, currency) })}</small>
      <small>${say("bears", { amount: money(share, currency) })}</small></span>
    ${mayGo && html`<${ActButton} look="quiet" label=${isMe ? say("leave") : say("take-out-this", { name })}
      act=${() => takeOut(one, purchase, isMe)}>${isMe ? say("leave") : say("take-out")}<//>`}
  </li>`;
}

/** Who has not said yet whether they take part. */
function Invited({ purchase }) {
  const { data } = useRead(`/purchases/${purchase.id}/invites`);
  return (data?.items ?? []).map(({ id, invitee_id: inviteeId, invitee_name: name }) => html`<li key=${id} class="line">
    <${Avatar} id=${inviteeId} name=${name} /><span class="grow"><b>${name}</b><small>${say("is-invited")}</small></span></li>`);
}

async function takeOut({ user_id: id, name }, purchase, isMe) {
  const title = isMe ? say("leave-sure", { title: purchase.title }) : say("take-out-sure", { name });
  if (!(await sure({ title, confirm: isMe ? say("leave") : say("take-out") }))) return;
  await remove(`/purchases/${purchase.id}/participants/${id}`);
  changed(purchase.id);
  if (isMe) go("/purchases");
}

function Invite({ purchase, close }) {
  const invite = async (values) => {
    const name = values.get("username").trim();
    const made = await post(`/purchases/${purchase.id}/invites`, { username: name });
    changed(purchase.id);
    tell(say("invited", { name: made.invitee_name }));
  };
  return html`<${FormDialog} title=${say("invite")} close=${close} confirm=${say("invite")} act=${invite}>
    <${Field} label=${say("their-username")} hint=${say("username-hint")} name="username" required maxlength="50"
      autocapitalize="none" autofocus />
  <//>`;
}
