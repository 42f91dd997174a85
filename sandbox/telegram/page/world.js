/** What the page knows of the sandbox: people, chats and what each person sees in them, kept current by the events. */

import { act, follow, read } from "./outside.js";
import { readMessage, toBase64 } from "./reading.js";

const LIMIT = 200;
const CALLS_KEPT = 200;
const AGAIN_MILLISECONDS = 1500;
const TAP_MILLISECONDS = 150_000; // Telegram keeps a query for 150 seconds

/** This function will read the world and follow it; `onLink(open)` hears whether the sandbox can be reached. */
export async function openWorld({ onLink }) {
  const world = new World();
  for (;;) {
    try {
      await world.readState();
      await world.readCalls();
      break;
    } catch {
      onLink(false);
      await new Promise((done) => setTimeout(done, AGAIN_MILLISECONDS));
    }
  }
  let open = true;
  follow({
    after: world.lastEvent,
    onEvent: (event) => world.take(event),
    onLink: (now) => {
      if (now && !open) world.catchUp().catch(() => {}); // the next link tries again
      open = now;
      onLink(now);
    },
  });
  return world;
}

/** Events for the page: changed, thread {viewer, chat}, received {… message}, toast, link, typing, call. */
class World extends EventTarget {
  people = new Map();
  chats = new Map();
  faults = [];
  calls = [];
  clockOffset = 0;
  lastActor = null;
  #threads = new Map();
  #waiting = new Map();
  #answered = new Set();

  /** Reads everything but the messages. */
  async readState() {
    const state = await read("state");
    this.bot = state.bot;
    this.people = new Map(state.people.map((person) => [person.id, named(person)]));
    this.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    this.faults = state.faults;
    this.lastEvent = state.last_event;
    this.clockOffset = state.clock_offset_seconds;
    this.#tell("changed");
  }

  async readCalls() {
    this.calls = (await read("calls")).calls.slice(-CALLS_KEPT);
  }

  /** Reads again what may have changed while the sandbox could not be reached. */
  async catchUp() {
    await this.readState();
    await Promise.all([...this.#threads.values()].filter(({ loaded }) => loaded).map((thread) => this.#load(thread)));
  }

  /** The sandbox's time, in seconds since 1970. */
  now() {
    return Date.now() / 1000 + this.clockOffset;
  }

  groups() {
    return [...this.chats.values()].filter(({ type, upgraded_to: upgraded }) => type !== "private" && !upgraded);
  }

  /** The chats of one person, the private one with the bot last. */
  chatsOf(viewer) {
    const groups = this.groups().filter(({ member_ids: members }) => members.includes(viewer));
    return [...groups, { id: viewer, type: "private", title: this.bot.first_name }];
  }

  /** What `viewer` sees in `chat`; it is empty until it was loaded. */
  thread(viewer, chat) {
    const key = `${viewer} ${chat}`;
    if (!this.#threads.has(key)) {
      this.#threads.set(key, { viewer, chat, isPrivate: viewer === chat, messages: new Map(), unread: 0, loaded: false });
    }
    const thread = this.#threads.get(key);
    const pinned = this.chats.get(chat)?.pinned_message_id;
    thread.pinnedKey = pinned ? `m${pinned}` : null;
    return thread;
  }

  /** Loads the thread unless it is; from then on the events keep it current. */
  async load(thread) {
    if (thread.loaded) return;
    thread.loaded = true;
    await this.#load(thread);
  }

  unreadOf(viewer) {
    return this.chatsOf(viewer).reduce((sum, { id }) => sum + this.thread(viewer, id).unread, 0);
  }

  /** Whether a ForceReply is meant for this person: a selective one only for those it answers or mentions. */
  asks(viewer, { forceReply, replyTo, text, entities }) {
    const username = this.people.get(viewer)?.username?.toLowerCase();
    return !forceReply.selective || replyTo?.senderId === viewer || entities.some((entity) => entity.user?.id === viewer
      || (entity.type === "mention" && text.slice(entity.offset + 1, entity.offset + entity.length).toLowerCase() === username));
  }

  async act(name, values) {
    if (values.user_id) this.lastActor = values.user_id;
    return act(name, values);
  }

  async send(viewer, chat, { text, answer, file }) {
    const content = file && { name: file.name, type: file.type, base64: await toBase64(file) };
    return this.act("send", {
      user_id: viewer, chat_id: chat, text,
      ...(answer && (answer.ephemeralId ? { reply_to_ephemeral: answer.ephemeralId } : { reply_to: answer.id })),
      ...(content && { [file.type.startsWith("image/") ? "photo" : "document"]: content }),
    });
  }

  remove(viewer, message) {
    return this.act("delete_message", { user_id: viewer, chat_id: message.chatId, message_id: message.id });
  }

  /** Taps the button that stands `at` "row,column"; it waits until its query is answered. */
  async tap(viewer, message, at) {
    const place = { viewer, chat: message.chatId, key: message.key, at };
    const [row, column] = at.split(",");
    const { callback_id: id } = await this.act("tap_raw", { // the button as it was seen, whatever the message shows by now
      user_id: viewer, chat_id: message.chatId, data: message.keyboard[row][column].callback_data,
      ...(message.ephemeralId ? { ephemeral_message_id: message.ephemeralId } : { message_id: message.id }),
    });
    if (this.#answered.delete(id)) return;
    this.#waiting.set(id, place);
    this.#tell("thread", place);
    setTimeout(() => this.#answer(id), TAP_MILLISECONDS);
  }

  /** Asks what Telegram would open a Mini App with: of a button under `message`, of the menu button, or of a link. */
  openMiniApp(viewer, chat, { message, url, start }) {
    const place = message && { url, ...(message.ephemeralId ? { ephemeral_message_id: message.ephemeralId } : { message_id: message.id }) };
    return this.act("open_mini_app", { user_id: viewer, chat_id: chat, ...place, ...(start !== undefined && { start_param: start }) });
  }

  /** Pays an invoice; its buttons wait until the bot has had its last word. */
  async pay(viewer, message) {
    const place = { viewer, chat: message.chatId, key: message.key, at: payAt(message) };
    this.#waiting.set(place, place);
    this.#tell("thread", place);
    try {
      await this.act("pay_invoice", { user_id: viewer, chat_id: message.chatId, message_id: message.id });
    } finally {
      this.#waiting.delete(place);
      this.#tell("thread", place);
    }
  }

  /** The buttons ("row,column") of a message whose taps by `viewer` wait for an answer. */
  waitingFor(viewer, message) {
    return [...this.#waiting.values()].filter((place) => place.viewer === viewer && place.chat === message.chatId && place.key === message.key)
      .map(({ at }) => at);
  }

  /** Takes one event of the sandbox. */
  take({ kind, ...event }) {
    switch (kind) {
      case "message": return this.#put(event.message, event.viewers, true);
      case "edited": return this.#put(event.message, event.viewers, false);
      case "deleted": return this.#drop(event);
      case "toast": return this.#toast(event);
      case "typing": return this.#typing(event);
      case "call": return this.#call(event.call);
      case "reset": return location.reload();
      default: return this.#change(kind, event);
    }
  }

  #change(kind, { person, chat, faults, now }) {
    if (kind === "person") this.people.set(person.id, named(person));
    if (kind === "chat") this.chats.set(chat.id, chat);
    if (kind === "fault") this.faults = faults;
    if (kind === "clock") this.clockOffset = Math.round(now - Date.now() / 1000);
    this.#tell("changed");
  }

  async #load(thread) {
    let messages;
    do { // an event that overtakes the answer would be lost with the old messages
      thread.overtaken = false;
      ({ messages } = await read(`chats/${thread.chat}/messages?viewer=${thread.viewer}&limit=${LIMIT}`));
    } while (thread.overtaken);
    thread.messages = new Map(messages.map((raw) => readMessage(raw, this)).map((message) => [message.key, message]));
    this.#tell("thread", thread);
  }

  #put(raw, viewers, isNew) {
    const message = readMessage(raw, this);
    for (const viewer of viewers) {
      const thread = this.thread(viewer, message.chatId);
      thread.overtaken = true;
      if (isNew || thread.messages.has(message.key)) thread.messages.set(message.key, message);
      if (isNew && message.sender?.id !== viewer) thread.unread += 1;
      this.#tell("thread", thread);
      if (isNew) this.#tell("received", { viewer, chat: message.chatId, message });
    }
  }

  #drop({ chat_id: chat, message_id: id, ephemeral_message_id: ephemeralId }) {
    for (const thread of this.#threads.values()) {
      thread.overtaken = true;
      if (thread.chat === chat && thread.messages.delete(ephemeralId ? `e${ephemeralId}` : `m${id}`)) this.#tell("thread", thread);
    }
  }

  #toast({ user_id: viewer, text, is_alert: isAlert, callback_id: id, url }) {
    this.#answer(id);
    if (text) this.#tell("toast", { viewer, text, isAlert });
    if (url) this.#tell("link", { viewer, url });
  }

  /** An answer may overtake the tap's own response; then it is remembered until that comes. */
  #answer(id) {
    const place = this.#waiting.get(id);
    if (!place) this.#answered.add(id);
    this.#waiting.delete(id);
    if (place) this.#tell("thread", place);
  }

  #typing({ chat_id: chat, name }) {
    for (const viewer of this.people.keys()) this.#tell("typing", { viewer, chat, name });
  }

  #call(call) {
    this.calls = [...this.calls, call].slice(-CALLS_KEPT);
    this.#tell("call", call);
    if (/^set(MyCommands|ChatMenuButton)$/i.test(call.method)) this.readState().catch(() => {}); // they can wait for the next time
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}

function payAt({ keyboard }) {
  const row = keyboard.findIndex((keys) => keys.some(({ pay }) => pay));
  return `${row},${keyboard[row].findIndex(({ pay }) => pay)}`;
}

function named(person) {
  return { ...person, name: [person.first_name, person.last_name].filter(Boolean).join(" ") };
}
