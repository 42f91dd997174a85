/** Hints of the bot's commands, offered while a person types a word that begins with a slash. */

import { h } from "./dom.js";
import { say } from "./words.js";

let lists = 0;

/** This function will make the list of hints for `input`; `send` runs once a command is chosen. */
export function commandHints(input, seat, send) {
  let found = [];
  let at = 0;
  const id = `hints-${lists += 1}`;
  const element = h("ul", { class: "suggestions", role: "listbox", id, "aria-label": say("commands"), hidden: true });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": id })) {
    input.setAttribute(name, value);
  }
  input.addEventListener("blur", close);

  function close() {
    found = [];
    show();
  }

  function draw() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(input.value);
    found = typed && document.activeElement === input
      ? offered(seat).filter(({ command }) => command.startsWith(typed[1].toLowerCase())) : [];
    at = 0;
    show();
  }

  function show() {
    element.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    element.replaceChildren(...found.map(({ command, description }, index) => h("li", {
      id: `${id}-${index}`, role: "option", "aria-selected": String(index === at),
      on: { pointerdown: (event) => choose(event, index) },
    }, h("b", {}, `/${command}`), h("span", {}, description))));
    if (found.length) {
      input.setAttribute("aria-activedescendant", `${id}-${at}`);
      element.children[at].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function choose(event, index) {
    event.preventDefault();
    write(`/${found[index].command}`);
    send();
  }

  function write(text) {
    input.value = text;
    input.dispatchEvent(new Event("input"));
  }

  /** Whether the key belonged to the hints: arrows walk, Tab completes, Enter sends, Escape closes. */
  function took(event) {
    if (found.length === 0) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      show();
    } else if (event.key === "Tab") {
      write(`/${found[at].command} `);
    } else if (event.key === "Enter" && !event.shiftKey) {
      choose(event, at);
    } else if (event.key === "Escape") {
      close();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  return { element, draw, took };
}

/** The commands that Telegram would offer here: of the kind of chat, in the person's language or the default one. */
function offered({ world, chat, viewer, person }) {
  const scope = chat === viewer ? "all_private_chats" : "all_group_chats";
  return world.bot.commands[`${scope}:${person.language_code}`] ?? world.bot.commands[`${scope}:`] ?? [];
}
