## Paying by wallet and by link, the wallet itself, and money that goes back.

provider-yookassa = YooKassa
provider-standard = Bank
provider-stripe = Stripe
provider-cloudpayments = CloudPayments
provider-telegram = Telegram
payment-for-wallet = Top-up of a SyncBuy wallet
payment-for-debt = { $purchase }: debt to { $payee }

payment-refund = Refund from SyncBuy

button-pay-wallet = 👛 From my wallet { $amount }
button-pay-link = 💳 { $provider } { $amount }
button-part = ✂️ A part
button-give-up = I'll pay another way
button-follow-link = 💳 Pay { $amount }
button-qr = ▦ QR code
button-try-again = 🔁 Try again
button-wallet = 👛 Wallet
button-top-up = ➕ Top up
button-withdraw-money = ➖ Withdraw
button-statement = 🧾 Full statement, { $currency }
button-give-back-money = ↩️ Give the money back

pay-view-link = You owe <b>{ $left }</b> · { $payee } · { $purchase }
    Due: { $due }

    ⏳ { $rail ->
        [wallet] Paying { $amount } from your wallet.
       *[provider] Waiting for { $amount } to be paid by link.
    }
owed-view-link = { $payer } owes you <b>{ $left }</b> · { $purchase }
    Due: { $due }

    ⏳ Paying { $amount } right now.
ask-part = Which part to pay? { $left } is left. Answer with the amount; if you have sent it already, you may add a photo of the receipt.
part-view = Pay <b>{ $amount }</b> · { $payee }. How?
paying-from-wallet = ⏳ Paying { $amount } from your wallet.
paying-by-link = ⏳ Preparing a link for { $amount }. It comes in your private chat.
given-up = Fine, pay the way you like. Should the old link be paid after all, the money goes to your wallet.
qr-caption = Point your phone's camera here to pay <b>{ $amount }</b>.
link-is-over = This link is not needed any more.

progress-for-wallet = wallet top-up
progress-for-debt = { $payee } · { $purchase }
progress-created = ⏳ Preparing a link: <b>{ $amount }</b>, { $what }.
progress-link = 💳 To pay: <b>{ $amount }</b>, { $what }. The link works for about an hour.
progress-invoice = 💳 The invoice for <b>{ $amount }</b>, { $what }, is the message next to this one. It works for about an hour.
progress-paid = ✅ Paid <b>{ $amount }</b>, { $what }.
progress-topped-up = ✅ <b>{ $amount }</b> is in your wallet. It has { $balance } now.
progress-wallet-created = ⏳ Paying <b>{ $amount }</b> from your wallet, { $what }.
progress-wallet-paid = ✅ Paid <b>{ $amount }</b> from your wallet, { $what }. { $balance } is left.
progress-given-up = ↩️ The link for { $amount } ({ $what }) is not needed any more. Should it be paid after all, the money goes to your wallet.
progress-failed = ❌ That did not work: <b>{ $amount }</b>, { $what }.
    { $reason } No money was taken.
progress-amount-mismatch = ⚠️ The bank charged another amount than we asked for (<b>{ $amount }</b>, { $what }). The money is not lost: we are looking into it and will write to you.
progress-expired = ⌛ The bank never said whether this was paid: <b>{ $amount }</b>, { $what }. If the money is taken, it goes to your wallet.

reason-not-enough-money = There is not enough money in your wallet.
reason-insufficient-funds = There is not enough money on the card.
reason-expired-on-confirmation = The time to pay ran out.
reason-canceled-by-payer = You canceled the payment.
reason-card-expired = The card has expired.
reason-3d-secure-failed = The bank could not confirm that it was you.
reason-general-decline = The bank declined and did not say why. Try another card.
reason-fraud-suspected = The bank found the payment suspicious. Try another card.
reason-refused = The payment system did not take the request. Try later or another way.
reason-not-received = The money did not arrive.
reason-withdrawn = "I paid" was taken back.
reason-given-up = The link was given up.
reason-expired = The bank never said whether this was paid.
reason-amount-mismatch = The bank charged another amount than we asked for. We are looking into it.
reason-debt-gone = This debt is gone.
reason-canceled = The payment was canceled.
reason-unknown = The bank declined. Try another card or another way.

told-payment-received = 💰 { $payer } paid you <b>{ $amount }</b> for “{ $purchase }”. The money is in your wallet.{ $fee ->
    [none] {""}
   *[some] {" "}The service fee is { $fee_amount }.
}
told-came-late = 💰 The payment of <b>{ $amount }</b> came late. The money is in your wallet; you can pay a debt from it: /debts
told-refund-requested = ↩️ { $organizer } asks you to give { $payer } <b>{ $amount }</b> back for “{ $purchase }”. { $rail ->
    [manual] Do you agree, and will you hand the money over yourself?
   *[other] Do you agree? The money leaves your wallet.
}
button-refund-agree = ✅ Give { $amount } back
button-refund-decline = ❌ Keep it
told-refund-manual = ↩️ { $payee } gives you <b>{ $amount }</b> back for “{ $purchase }”, outside of SyncBuy. Did it arrive?
told-refund-on-its-way = ↩️ { $payee } gives you <b>{ $amount }</b> back for “{ $purchase }”. The money is on its way to your card.
told-refund-succeeded = ↩️ { $you ->
    [payer] You got <b>{ $amount }</b> back for “{ $purchase }”{ $rail ->
        [wallet] {" "}— it is in your wallet.
        [provider] {" "}— it is on your card.
       *[manual] .
    }
   *[other] The refund of <b>{ $amount }</b> for “{ $purchase }” reached { $payer }.
}
told-refund-canceled = ❌ The refund of <b>{ $amount }</b> for “{ $purchase }” did not happen. { $reason ->
    [declined] { $payee } does not agree.
    [not_answered] { $payee } did not answer in two weeks. The money stays where it was.
    [not_received] { $payer } says that no money arrived.
   *[other] The bank declined, and the money stays where it was.
}
told-top-up-refund = ↩️ { $status ->
    [succeeded] The top-up of <b>{ $amount }</b> is back on your card.
    [canceled] <b>{ $amount }</b> could not be sent back to your card. It is in your wallet again.
   *[other] <b>{ $amount }</b> is on its way from your wallet back to your card.
}
told-withdrawal-settled = { $status ->
    [paid] ✅ Withdrawal of <b>{ $amount }</b>: sent.
   *[rejected] ❌ The withdrawal of <b>{ $amount }</b> did not go through: { $reason }. The money is in your wallet again.
}
told-order-ended = { $status ->
    [finished] ✅ “{ $description }”: <b>{ $amount }</b> was paid from your wallet.
   *[cancelled] ❌ “{ $description }”: <b>{ $amount }</b> was not paid. { $reason }
}

wallet-empty = 👛 <b>Wallet</b>
    Empty so far. Top it up: <code>/topup 500</code>
wallet-head = 👛 <b>Wallet: { $balances }</b>
wallet-line = { $at } · { $what }: { $change } → { $balance }
wallet-what-top_up = top-up
wallet-what-hold = payment
wallet-what-capture = somebody paid you
wallet-what-void = payment canceled
wallet-what-settle = somebody paid you
wallet-what-came_late = late payment
wallet-what-withdrawal = withdrawal
wallet-what-withdrawal_rejected = withdrawal did not go through
wallet-what-placed = a payment that was placed
wallet-what-refund = refund
wallet-what-refund_reserved = refund to a card
wallet-what-refund_canceled = refund did not go through
statement-head = 🧾 <b>Statement, { $currency }</b>
statement-empty = Nothing has moved yet.
ask-top-up = How much to top up? For example 500.
choose-provider = How to top up <b>{ $amount }</b>?
ask-withdrawal = How much to withdraw? Your wallet has { $balances }.
withdrawal-where = Withdraw <b>{ $amount }</b>. Where to?
withdrawal-needs-requisites = First say where to pay you: /settings
button-withdraw-to = ➡️ { $kind ->
    [phone] By phone { $value }
    [card] To card { $value }
   *[text] { $value }
}
withdrawal-requested = ⏳ The request to withdraw <b>{ $amount }</b> is in. The money is set aside; I will write when it is sent.

refund-none = There is nothing to give back in this purchase: nobody paid yet, or all of it went back.
refund-which = Which payment to give back?
refund-line = ↩️ { $payer } → { $payee }: { $amount }
refund-question = Give { $payer } the money for “{ $purchase }” back? { $paid } was paid{ $refunded ->
    [none] {""}
   *[some] , { $refunded_amount } went back already
}. { $rail ->
    [wallet] The money goes from the wallet of { $payee } to the wallet of { $payer }.
    [provider] The money goes from the wallet of { $payee } to the card of { $payer }.
   *[manual] The money is handed over by yourselves; { $payer } confirms that it arrived.
}
button-refund-all = ↩️ Give { $amount } back
ask-refund-part = How much to give back? Up to { $left }.
refund-begun = ↩️ The refund of { $amount } has begun.
refund-asked = ↩️ I asked { $payee }: the money goes back if they agree.
refund-done = ✅ { $amount } went back.
refund-declined = Fine, the money stays with you.
refund-came = ✅ Noted: { $amount } came back.
refund-did-not-come = Understood: it did not come. I will tell them.

history-payment-received = { $payer } → { $payee }: { $amount } paid
history-refund-requested = { $actor }: asked for a refund { $payee } → { $payer }, { $amount }
history-refund-started = { $payee } → { $payer }: refund of { $amount } begun
history-refund-succeeded = { $payee } → { $payer }: { $amount } went back
history-refund-canceled = { $payee } → { $payer }: the refund of { $amount } did not happen

error-wallet-is-short = Your wallet has { $balance }, which does not cover { $amount }. Top it up: /topup
error-already-pressed = This button has done its work already.
error-no-provider = There is no way to top up in { $currency } right now.
error-account-exists = You have a wallet in { $currency } already.
error-above-operation-limit = No more than { $limit } at once.
error-above-daily-limit = No more than { $limit } in a day. Go on tomorrow.
error-wrong-amount = The amount must be above zero and not above { $max }.
error-no-destination = Say where to send the money, in up to { $max } characters.
error-withdrawal-not-found = There is no such request to withdraw.
error-withdrawal-settled-already = This request is settled already.
error-wrong-description = A description is needed, of up to { $max } characters.
error-order-not-found = You have no such order.
error-too-many-top-ups = You have { $max } unfinished top-ups. Finish or cancel one of them.
error-too-late-to-cancel = This payment cannot be canceled any more: { $status ->
    [succeeded] it went through.
    [created] it is going through right now.
    [pending_confirmation] it is going through right now.
   *[other] it has ended.
}
error-invoice-not-payable = This invoice cannot be paid any more. Open the debt again: /debts
error-refund-not-found = You have no such refund.
error-nothing-to-refund = There is nothing to give back.
error-wrong-refund-amount = The amount must be above zero and not above { $left }.
error-refund-under-way = A refund of this payment is under way already.
error-refund-ended = This refund has ended already.
error-refund-not-waiting = This refund has ended, or no provider carries it out.
error-placed-already = This money went to another wallet already.
error-suspense-not-found = There is no such money in suspense.
error-notice-not-found = There is no such notice.

command-wallet = Wallet: what is in it, and why
command-topup = Top up the wallet
command-withdraw = Withdraw money
command-refund = Give a payment back
