card-title-active = 🛒 <b>{ $title }</b>
card-title-locked = 🔒 <b>{ $title }</b> — shares are fixed
card-title-closed = 🏁 <b>{ $title }</b> — closed
card-people = 👥 { $count } { $count ->
    [one] person takes part
   *[other] people take part
}: { $people }
    Organised by { $organizer }
card-due = 🗓 by { $date }
card-empty = Nothing here yet. Add what to buy, or say what you have paid already.
card-more-tasks = … and { $count } more
card-task-open = { $number }. ⬜ { $title }{ $has_amount ->
    [yes] {" "}— about { $amount }
   *[no] {""}
}
card-task-assigned = { $number }. 🙋 { $title }{ $has_amount ->
    [yes] {" "}— about { $amount }
   *[no] {""}
} · { $name }
card-task-done = { $number }. ✅ { $title } — { $amount } · { $name }
card-spent = 💰 Spent <b>{ $spent }</b>
card-spent-and-expected = 💰 Spent <b>{ $spent }</b>, about { $expected } to come
card-paid = 🤝 Settled: <b>{ $settled } of { $total }</b>
card-nobody-owes = 🤝 Nobody owes anybody anything

button-join = ✋ I'm in
button-leave = Leave
button-add-task = ➕ To buy
button-spent = 💸 I paid
button-lock = 🔒 Work out shares
button-history = 📜 History
button-open-page = 📱 Open
button-my-debts = 💳 My debts
button-why = ❓ Why this much
button-unlock = 🔓 Undo the split
button-close = 🏁 Close
button-take = ⬜ { $title } — take
button-done = 🙋 { $title } · { $name }
