/** Dialogs over the whole page: ask and confirm, a new person, a new group, a photo in full size. */

import { h, iconButton } from "./dom.js";
import { say } from "./words.js";

/**
 * This function will show a form and run `act(values)` when it is confirmed; a refusal is said in the dialog, which then
 * stays open. `fields` are elements whose inputs have names.
 */
export function ask({ title, text, fields = [], confirm, danger = false, act }) {
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  const yes = h("button", { class: `button main ${danger ? "danger" : ""}` }, confirm);
  const form = h("form", { on: { submit } },
    h("h2", {}, title), text && h("p", {}, text), fields, refusal,
    h("div", { class: "answers" },
      h("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, say("cancel")), yes));
  const dialog = opened(h("dialog", { "aria-label": title }, form));

  async function submit(event) {
    event.preventDefault();
    yes.disabled = true;
    try {
      await act(new FormData(form));
      dialog.close();
    } catch (error) {
      refusal.textContent = error.message;
      refusal.hidden = false;
      yes.disabled = false;
    }
  }
}

/** This function will ask for a new person. */
export function askPerson(world) {
  ask({
    title: say("new_person"), confirm: say("add"),
    fields: [
      field(say("first_name"), h("input", { name: "first_name", required: true, maxLength: 64, autocomplete: "off" })),
      field(say("last_name"), h("input", { name: "last_name", maxLength: 64, autocomplete: "off" })),
      field(say("username"), h("input", { name: "username", pattern: "@?[A-Za-z][A-Za-z0-9_]{3,31}", autocomplete: "off", title: say("username_rule") })),
      field(say("their_language"), h("select", { name: "language_code" },
        ["ru", "en", "de", "es", "fr"].map((code) => h("option", { value: code }, code)))),
      choices(say("into_groups"), "chat_id", world.groups().map(({ id, title }) => ({ value: id, name: title, checked: true }))),
    ],
    act: async (values) => {
      const words = Object.fromEntries([...values].filter(([name, value]) => name !== "chat_id" && value));
      if (words.username) words.username = words.username.replace(/^@/, "");
      const person = await world.act("add_person", words);
      for (const chat of values.getAll("chat_id")) {
        await world.act("add_to_group", { chat_id: Number(chat), user_id: person.id });
      }
    },
  });
}

/** This function will ask for a new group. */
export function askGroup(world) {
  ask({
    title: say("new_group"), confirm: say("create"),
    fields: [
      field(say("group_title"), h("input", { name: "title", required: true, maxLength: 128, autocomplete: "off" })),
      choices(say("members"), "member", [...world.people.values()].map(({ id, name }) => ({ value: id, name, checked: true }))),
      choices("", "with_bot", [{ value: "yes", name: say("with_bot", { bot: world.bot.first_name }), checked: true }]),
    ],
    act: (values) => world.act("add_group", {
      title: values.get("title"), member_ids: values.getAll("member").map(Number), with_bot: values.has("with_bot"),
    }),
  });
}

/** This function will ask for a person's new name and username. */
export function askName(world, person) {
  ask({
    title: say("rename"), confirm: say("save"),
    fields: [
      field(say("first_name"), h("input", { name: "first_name", required: true, maxLength: 64, value: person.first_name })),
      field(say("username"), h("input", { name: "username", pattern: "@?[A-Za-z][A-Za-z0-9_]{3,31}", value: person.username ?? "", title: say("username_rule") })),
    ],
    act: (values) => world.act("rename_person", {
      user_id: person.id, first_name: values.get("first_name"), username: values.get("username").replace(/^@/, "") || null,
    }),
  });
}

/** This function will show a photo in full size. */
export function lightbox(url) {
  const close = () => dialog.close();
  const dialog = opened(h("dialog", { class: "lightbox", "aria-label": say("photo"), on: { click: close } },
    h("img", { src: url, alt: say("photo") }), iconButton("close", say("close"), close)));
}

function opened(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function field(label, input) {
  return h("label", { class: "field" }, label, input);
}

function choices(legend, name, options) {
  return options.length > 0 && h("fieldset", {}, legend && h("legend", {}, legend),
    options.map((option) => h("label", { class: "choice" },
      h("input", { type: "checkbox", name, value: option.value, checked: option.checked }), option.name)));
}
