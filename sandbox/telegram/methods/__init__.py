"""The methods of the Bot API that the sandbox knows; any other is refused loudly."""

from sandbox.telegram.methods import callbacks, chats, edits, ephemeral, invoices, messages, receiving
from sandbox.telegram.methods.call import Method

METHODS: dict[str, Method] = {
    method.name.lower(): method
    for module in (callbacks, chats, edits, ephemeral, invoices, messages, receiving)
    for method in module.METHODS
}
