start = Hi { $name }! I'm SyncBuy. I help a group buy together: who takes part, what to buy, who paid how much and who owes whom.

    Add me to a group and write <code>/new Barbecue</code> there. Here in private you find your debts, payments and settings: /debts, /settings, /help.
start-group = I'm here. Write <code>/new Barbecue</code> and we begin.
hello-group = Hello! I'm SyncBuy: I help you buy together and settle up fairly.

    Begin with <code>/new Barbecue at the lake</code>: a card appears where everybody joins and takes something to do. So that I can write to you about debts in private, open a chat with me and press Start.
help = <b>What I can do here</b>
    /debts — what I owe and am owed, and paying it
    /wallet — the wallet, /topup 500 to top up, /withdraw 500 to withdraw
    /why — where a debt comes from
    /purchases — my purchases
    /new — begin a purchase
    /history — what happened
    /settings — language, reminders, payment details
    /link — a code to sign in on the SyncBuy page
    /cancel — leave a dialog

    Purchases live best in a group: add me to yours.
help-group = <b>What I can do in a group</b>
    <code>/new Barbecue</code> — begin a purchase (add "by 15.06" if you like)
    <code>/task Meat 2000</code> — something to buy, with a rough price
    <code>/spent 1200 taxi</code> — "I paid"; say who shares it: <code>/spent 1200 taxi @anna @boris</code>
    <code>/invite @name</code> — ask somebody in, <code>/remove @name</code> — take somebody off
    /lock — work out the shares, /unlock — undo that, /close — close the books
    /debts — my debts, /refund — give money back, /why — why this much (only you see the answer)
    /purchases, /history, /settings
not-understood = I did not get that. Here is what I can do: /help
canceled = All right, forgotten.
nothing-to-cancel = There is nothing to cancel.
button-outdated = This button is out of date. See the latest card: /purchases
answer-is-in-private = I answered in private
answer-is-private = That is private. Open the chat with me, the answer is there.
open-private-chat = Open the private chat

ask-purchase-title = What do we buy? Reply with a title, for example "Barbecue at the lake by 15.06".
which-purchase = Which purchase is it about?
purchases-list = { $count ->
    [0] No open purchases. Begin one: <code>/new Barbecue</code>
   *[other] Open purchases:
}
purchase-active = 🛒 { $title }
purchase-locked = 🔒 { $title }
purchase-closed = 🏁 { $title }

joined = You're in!
joined-already = You take part already
left = You left
removed = { $count ->
    [one] { $count } person was taken off.
   *[other] { $count } people were taken off.
}
how-to-remove = Whom? For example: <code>/remove @boris</code>
how-to-invite = Whom? For example: <code>/invite @boris @vera</code>. People of this group can simply press "I'm in".
invited = Invited: { $name } — "{ $purchase }".
invited-takes-part = { $name } takes part already.
button-answer-invite = Invitation link for { $name }
invite-view = You are invited to take part in <b>{ $purchase }</b>. Are you in?
button-accept = ✋ I'm in
button-decline = I can't
invite-accepted = You take part in <b>{ $purchase }</b>. It goes on in its group; your debts are here: /debts
invite-declined = All right. If you change your mind, ask to be invited again.

ask-task = { $name }, what to buy for "{ $purchase }"? Reply to this message, for example "Meat 2000".
task-added = ➕ { $number }. { $title }
task-added-for = ➕ { $number }. { $title } — about { $amount }
task-taken = Yours: { $title }. Tap again when it is bought
task-given-back = ↩️ "{ $title }" is free again.
task-reopened = ↩️ "{ $title }" is not done again; its amount does not count.
task-deleted = 🗑 Deleted. The history keeps it.

ask-spending = { $name }, how much and for what, in "{ $purchase }"? Reply to this message, for example "1200 taxi". A photo of the receipt is welcome.
ask-cost = { $name }, what did "{ $title }" cost? Reply to this message with the amount. A photo of the receipt is welcome.
ask-parts = { $name }, who paid how much for "{ $title }"? Reply with the amounts in this order, separated by semicolons: { $payers }. For example "700; 500".
expense-panel = <b>{ $title }</b> · { $purchase }
    { $has_cost ->
        [yes] Costs: { $cost }
       *[no] The price is not known yet
    }
    Paid by: { $payers }
    Shared equally { $everybody ->
        [yes] by everybody ({ $count })
       *[no] by { $count }: { $sharers }
    }
choose-payers = Who paid for "{ $title }"?
choose-sharers = Who shares "{ $title }"?
button-save-cost = ✅ Bought for { $amount }
button-say-cost = 💰 Another amount
button-say-first-cost = 💰 Say the amount
button-say-parts = 💰 Who paid how much
button-choose-payers = 👛 Who paid
button-choose-sharers = 👥 Who shares
button-give-back = ↩️ I can't, give it back
button-back-to-expense = ◀️ Go on
button-change = ✏️ Change
button-undo = ↩️ Not bought
button-delete = 🗑 Delete
spending-echo = ✅ <b>{ $title }</b> — { $amount }
    Paid by: { $payers }
    { $everybody ->
        [yes] Shared equally by everybody ({ $count })
       *[no] Shared equally by { $count }: { $sharers }
    } — { $exact ->
        [yes] { $share } each
       *[no] about { $share } each
    }

preview-head = <b>{ $title }</b>: { $total } in all, { $count } { $count ->
    [one] expense
   *[other] expenses
}.
preview-unfinished = ⚠️ Not done, and will be dropped: { $titles }
preview-both = <b>{ $count } { $count ->
    [one] transfer
   *[other] transfers
}</b>
preview-accruals = <b>As it was paid: { $count } { $count ->
    [one] transfer
   *[other] transfers
}</b>, each with its reason
preview-minimal = <b>Fewest transfers: { $count }</b>
preview-transfer = { $payer } → { $payee }: { $amount }
preview-more = … and { $count } more
button-lock-both = 🔒 Lock it ({ $count })
button-lock-both-drop = 🔒 Drop the undone and lock ({ $count })
button-lock-accruals = 🔒 As it was paid ({ $count })
button-lock-accruals-drop = 🔒 Drop the undone, as it was paid ({ $count })
button-lock-minimal = 🔒 Fewest transfers ({ $count })
button-lock-minimal-drop = 🔒 Drop the undone, fewest transfers ({ $count })
locked = { $count ->
    [0] 🔒 Locked: nobody owes anybody anything.
    [one] 🔒 Locked: { $count } debt. I'll write to everybody in private.
   *[other] 🔒 Locked: { $count } debts. I'll write to everybody in private.
}
unlock-question = Undo the split of "{ $purchase }"? The debts go away and the purchase can change again.
button-unlock-yes = 🔓 Yes, undo
unlocked = 🔓 The split is undone.
close-question = Close "{ $purchase }"? I'll post the result in the chat, and nothing can change after that.
button-close-yes = 🏁 Yes, close
closed = 🏁 Closed.

debts-none = No debts at all: neither yours nor to you. 🎉
debts-i-owe = <b>You owe { $totals }</b>
debts-owed-to-me = <b>You are owed { $totals }</b>
debt-to = → { $name }: { $amount } · { $purchase } · by { $due }{ $status ->
    [awaiting] {" "}· waits for confirmation
    [expired] {" "}· <b>overdue</b>
   *[other] {""}
}
debt-from = ← { $name }: { $amount } · { $purchase } · by { $due }{ $status ->
    [awaiting] {" "}· says it is paid
    [expired] {" "}· overdue
   *[other] {""}
}
button-pay = 💳 { $name }: { $amount }
button-waiting-claim = ⏳ { $name } has not answered yet
button-look-at-debt = 👀 Debt of { $name }
button-received-all = ✅ All received ({ $count })
pay-view = You owe <b>{ $left }</b>{ $partly ->
    [yes] {" "}(of { $amount })
   *[no] {""}
} · { $payee } · { $purchase }
    Due by { $due }{ $waits ->
        [yes] {""}

    ⏳ You said you paid { $claimed }. Waiting for the answer.
       *[no] { $has_requisites ->
            [yes] {""}

    Where to send it:
           *[no] {""}

    No payment details here: ask where to send it.
        }
    }
requisite-phone = 📱 Phone: <code>{ $value }</code>
requisite-card = 💳 Card: <code>{ $value }</code>
requisite-text = 📝 { $value }
button-copy-phone = 📋 Phone
button-copy-card = 📋 Card
button-copy-text = 📋 Details
button-paid = ✅ I paid { $amount }
button-paid-proof = 📎 With a receipt
button-withdraw = My mistake, I did not pay
ask-paid-proof = Send a photo of the receipt. If it is a part of { $left }, write the amount in the caption.
send-a-photo = I am waiting for a photo of the receipt (or /cancel).
claimed = ⏳ Noted: { $amount }. { $payee } is asked "did it arrive?". Without an answer within { $days } { $days ->
    [one] day
   *[other] days
} it confirms itself.
claim-withdrawn = All right, it counts as not paid.
owed-view = { $payer } owes you <b>{ $left }</b> · { $purchase }
    Due by { $due }{ $waits ->
        [yes] {""}

    ⏳ Says { $claimed } is paid. Did it arrive?
       *[no] {""}
    }
button-received = ✅ Received
button-not-received = ❌ Not received
confirmed = ✅ Noted: { $amount } received.
confirmed-all = { $count ->
    [0] There is nothing to confirm.
    [one] ✅ { $count } payment confirmed.
   *[other] ✅ { $count } payments confirmed.
}
disputed = Understood: not received. I'll tell the payer and the organiser.
button-write-off = 🎁 Forgive
write-off-question = Forgive { $payer } { $left }? This cannot be taken back.
button-write-off-yes = 🎁 Yes, forgive { $left }
written-off = 🎁 The debt is forgiven.

which-debt = Which debt shall I explain?
which-i-owe = Me → { $name }: { $amount }
which-owed = { $name } → me: { $amount }
why-head = <b>{ $payer } → { $payee }: { $amount }</b>
    { $purchase }
why-task = <b>{ $title }</b> — { $cost }, paid by { $paid }
    Share of { $payer }: { $share }; adds { $sign ->
    [minus] −
   *[plus] +
}{ $counts }
why-extra = It does not divide evenly: the extra { $unit } went to { $people }
why-more = … and { $count } more
why-total = In all: { $total }
why-total-minimal = { $payer } is { $total } short in all. To have fewer transfers, { $amount } of it goes to this person.
button-receipt = 🧾 { $title }
receipt = 🧾 { $title } — { $cost }

history-head = 📜 <b>{ $title }</b>
button-older = ◀️ Older
button-newer = Newer ▶️
history-purchase-opened = { $actor } began the purchase
history-purchase-person-invited = { $actor } invited { $name }
history-purchase-invite-declined = { $actor } declined the invite
history-purchase-participant-joined = { $actor } joined
history-purchase-participant-left = { $actor } left
history-purchase-participant-removed = { $actor } took { $name } off
history-task-added = { $actor } added "{ $title }"
history-task-taken = { $actor } took "{ $title }"
history-task-given-back = { $actor }: "{ $title }" is free again
history-task-completed = { $actor }: "{ $title }" — { $amount }
history-task-reopened = { $actor }: "{ $title }" is not done ({ $amount } does not count)
history-task-deleted = { $actor } deleted "{ $title }"
history-purchase-locked = { $actor } locked the shares
history-purchase-unlocked = { $actor } undid the split
history-purchase-closed = { $actor } closed the purchase
history-purchase-debts-settled = everybody is settled
history-intent-written-off = { $payee } forgave { $payer } a debt
history-payment-claimed = { $payer } → { $payee }: payment sent
history-payment-confirmed = { $payer } → { $payee }: payment received
history-payment-disputed = { $payer } → { $payee }: payment did not arrive
history-payment-claim-withdrawn = { $payer } → { $payee }: "I paid" taken back

language-ru = 🇷🇺 Русский
language-en = 🇬🇧 English
settings-head = ⚙️ <b>Settings</b>
    Language: { $language }
    { $times }

    <b>Where to pay you</b>
settings-no-requisites = Nothing yet. Add something, and people know where to send the money.
settings-chat = ⚙️ <b>Settings of this group</b>
    Language of the cards: { $language }
    Currency of new purchases: { $currency }

    Your own settings and payment details are in private: /settings
button-set-phone = 📱 Phone
button-set-card = 💳 Card
button-set-text = 📝 Free text
button-forget = 🗑 Forget
ask-requisite-phone = Your phone number for transfers? For example +7 912 345-67-89
ask-requisite-card = Your card number?
ask-requisite-text = How can people pay you? Up to 200 characters.

command-new = Begin a purchase
command-task = Add something to buy
command-spent = I paid: amount and for what
command-purchases = Open purchases
command-invite = Invite @name
command-lock = Work out the shares
command-unlock = Undo the split
command-close = Close the purchase
command-debts = My debts
command-why = Where a debt comes from
command-history = What happened
command-settings = Settings
command-help = What I can do
command-cancel = Leave a dialog
