## Signing in outside of the chat: the code, names and passwords, tokens, and why it did not work.

command-link = A code to sign in on the page
sign-in-code = 🔑 Your code to sign in: <code>{ $code }</code>

    Open the SyncBuy page, choose to sign in by "Code" and type it: your own purchases, debts and wallet are there.
    It works once within the next { $minutes } minutes, and a new code replaces it.

    Show it to nobody: whoever types it signs in as you.
button-copy-code = 📋 Copy the code
button-new-code = 🔄 New code
button-sign-in-code = 🔑 Sign in on the page

error-unrecognized = I do not know who you are. Please sign in again.
error-proof-refused = Telegram did not confirm this sign-in, or it is too old. Open the page again and retry.
error-refresh-refused = You are not signed in any more. Please sign in again.
error-wrong-name-or-password = The name or the password does not fit.
error-code-refused = The code does not fit: it is wrong, used or too old. The bot has a new one: /link
error-ext-identity-not-found = We have not met with this account yet. Register, or write /start to the bot.
error-name-taken = The name "{ $name }" is taken. Please choose another.
error-wrong-login-name = A name to sign in by has { $length_min } to { $length_max } characters and does not begin with @.
error-wrong-password-length = A password has { $length_min } to { $length_max } characters.
error-name-needed = To sign in by a password you also need a name.
error-code-needed = This takes a new code from the chat with the bot: /link
error-wrong-current-password = The current password does not fit.
error-sign-in-first = A token may not do this: please sign in yourself.
error-identity-taken = This Telegram account is somebody else's in SyncBuy already.
error-other-telegram-linked = Another Telegram account is linked to you. Unlink that one first.
error-identity-not-found = No such account is linked to you.
error-last-way-in = This is your only way to sign in. Choose a name and a password first.
error-session-not-found = There is no such session, or it has ended.
error-token-not-found = There is no such token.
error-wrong-token-name = The name of a token has 1 to { $length_max } characters.
error-token-expires-in-the-past = That date is over.
error-too-many-tokens = There are never more than { $count_max } tokens. Delete some that you do not need.
