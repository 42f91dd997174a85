/** The sandbox's messages, read into the shape that the page draws. */

/** This function will read one message; `world` knows the people, their names and colours. */
export function readMessage(raw, world) {
  const ephemeralId = raw.ephemeral_message_id ?? null;
  return {
    key: ephemeralId ? `e${ephemeralId}` : `m${raw.message_id}`,
    id: raw.message_id,
    ephemeralId,
    chatId: raw.chat_id,
    date: raw.date,
    edited: Boolean(raw.edited),
    sender: sender(raw.sender, world),
    text: raw.text ?? "",
    entities: raw.entities ?? [],
    media: raw.media ?? null,
    invoice: raw.invoice ?? null,
    keyboard: raw.reply_markup?.inline_keyboard ?? null,
    forceReply: raw.reply_markup?.force_reply ? raw.reply_markup : null,
    replyTo: original(raw.reply_to, world),
    service: raw.service ?? null,
    reactions: raw.reactions,
  };
}

function sender(raw, world) {
  if (!raw) return null;
  const person = world.people.get(raw.id);
  if (person) return { id: person.id, name: person.name, color: person.color, isBot: false };
  return { id: raw.id, name: raw.first_name, color: raw.is_bot ? "var(--accent-fill)" : "gray", isBot: Boolean(raw.is_bot) };
}

function original(raw, world) {
  if (!raw) return null;
  const from = sender(raw.sender, world);
  return { key: `m${raw.message_id}`, name: from?.name ?? "", color: from?.color, senderId: from?.id, snippet: raw.text ?? "" };
}

/** This function will read a file from the disk as base64, as the sandbox takes it. */
export async function toBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(""));
}
