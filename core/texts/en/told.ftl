person = { $name }
told-invited = { $name } invites you to <b>{ $purchase }</b>. Are you in?
told-invite-declined = { $name } cannot take part in <b>{ $purchase }</b>.
told-removed = The organiser took you off <b>{ $purchase }</b>.
told-debts-head = 🧾 <b>{ $purchase }</b>: the shares are worked out.
told-you-owe = You owe { $name } <b>{ $amount }</b>, due by { $due }
told-you-are-owed = { $name } owes you <b>{ $amount }</b>, due by { $due }
told-debts-canceled = The split of <b>{ $purchase }</b> was undone; its debts are gone.
told-payment-claimed = 💸 { $name } says <b>{ $amount }</b> is on its way to you for "{ $purchase }". Did it arrive?
told-confirmed = ✅ { $payee } confirms: <b>{ $amount }</b> for "{ $purchase }" arrived.
told-confirmed-by-itself = ✅ { $you ->
    [payer] { $payee } did not answer in time, so your payment of <b>{ $amount }</b> for "{ $purchase }" counts as received.
   *[other] You did not answer in time, so the payment of <b>{ $amount }</b> by { $payer } for "{ $purchase }" counts as received.
}
told-disputed = ❌ { $you ->
    [payer] { $payee } says that <b>{ $amount }</b> for "{ $purchase }" did not arrive. Please check the transfer and mark it again.
   *[other] { $payee } says that { $amount } from { $payer } for "{ $purchase }" did not arrive. Please help them sort it out.
}
button-look-again = 💳 See the debt
told-claim-withdrawn = { $name } took it back: { $amount } was not paid yet.
told-debt-written-off = 🎁 { $name } forgives you a debt of { $amount }.
told-debts-settled = 🤝 <b>{ $purchase }</b>: everybody is settled! It can be closed.
told-closed-head = 🏁 <b>{ $purchase }</b> is closed. <b>{ $total }</b> was spent in all.
told-closed-task = ✅ { $title } — { $cost }
told-closed-people = <b>Who and how much</b>
told-closed-person = { $name }: paid { $paid }, share { $borne }
told-password-set = 🔑 A password was chosen to sign in on the SyncBuy page, with the name <b>{ $name }</b>.

    Was it not you? Take a code by /link, sign in by it on the page and choose another password: that signs out everybody else.
told-telegram-unlinked = 🔓 You have unlinked this Telegram from SyncBuy. Your purchases and debts are on the page: sign in as <b>{ $name }</b> with your password.

    Was it not you? Tell whoever runs this bot.
told-please-open-chat = { $people }, there is a private message for you. Open the chat with me and press Start.
