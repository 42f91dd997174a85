## What is known of a person: what they are called once erased, how they get their data, how they erase it.

person-erased = Deleted person
my-data = 🗂 <b>My data</b>

    You can get a file with everything that SyncBuy keeps about you. And you can have yourself deleted: I forget your name, your Telegram account, your payment details and what you told me; amounts in other people's books stay, under the words "Deleted person".
button-my-data = 🗂 My data
button-export-me = 📄 Get the file
button-erase-me = 🗑 Delete me
export-caption = Everything that SyncBuy keeps about you, as of today. It is for machines (JSON), with amounts in minor units.
erase-ask = Delete you from SyncBuy? This cannot be undone. If you write to me again, we meet anew.
button-erase-yes = Yes, delete me
button-erase-no = Keep me
erased = Done, I do not know you any more. It was a pleasure! If you would like to come back: /start.
error-still-in-the-way = This has to be settled first:{ $has_wallet ->
    [yes] {"\u000A"}• { $wallet } in the wallet
   *[no] {""}
}{ $debts ->
    [0] {""}
    [one] {"\u000A"}• { $debts } open debt
   *[other] {"\u000A"}• { $debts } open debts
}{ $payments ->
    [0] {""}
    [one] {"\u000A"}• { $payments } payment or refund under way
   *[other] {"\u000A"}• { $payments } payments or refunds under way
}{ $withdrawals ->
    [0] {""}
    [one] {"\u000A"}• { $withdrawals } request to withdraw
   *[other] {"\u000A"}• { $withdrawals } requests to withdraw
}{ $has_purchases ->
    [yes] {"\u000A"}• not split yet: { $purchases }
   *[no] {""}
}
error-person-not-found = There is no such person.
told-organizer-changed = The organiser is no longer with us. <b>{ $purchase }</b> is in your hands now: you can split it and close it.
history-purchase-organizer-changed = new organiser: { $name }
