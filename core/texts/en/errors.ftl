error-our-fault = Something broke on my side, not yours. Nothing is lost: please try again a little later.
error-domain-error = That does not work.
error-not-found = Not found.
error-forbidden = You may not do that.
error-conflict = That cannot be done right now.
error-invalid = I did not get that.
error-same-key-still-running = This request is being carried out already.
error-same-key-other-request = This key was used for another request.
error-no-idempotency-key = A request that creates something needs an Idempotence-Key.
error-wrong-idempotency-key = An idempotency key has 16 to 64 letters, digits, - or _.
error-two-idempotency-keys = The two idempotency keys of this request differ.

error-purchase-not-found = There is no such purchase.
error-task-not-found = There is no such task; perhaps it was deleted.
error-not-participant = Press "I'm in" on the card first.
error-not-the-organizer = Only the organiser can do this.
error-not-your-task = This is not your task: whoever took or added it may change it, and the organiser.
error-not-active = { $status ->
    [locked] The shares are fixed, so nothing can change. The organiser can undo the split: /unlock
   *[closed] The purchase is closed.
}
error-wrong-task-status = { $status ->
    [done] "{ $title }" is bought already.
    [open] Nobody has taken "{ $title }" yet.
   *[assigned] Somebody is on "{ $title }" already.
}
error-wrong-title = A title has 1 to { $length_max } characters (now { $length }).
error-negative-amount = An amount is never below zero.
error-organizer-stays = The organiser cannot leave their own purchase.
error-has-done-tasks = Not possible: there are expenses that count on this person ({ $titles }). Change or undo those first.
error-participant-not-found = This person does not take part.
error-already-takes-part = Takes part already.
error-invite-not-found = There is no such invite for you.
error-invite-answered = { $answer ->
    [accepted] You have accepted already. The card has a button to leave.
   *[declined] You have declined already. Ask to be invited again.
}
error-too-many-tasks = A purchase holds no more than { $count_max } tasks.
error-already-taken = { $name } has taken "{ $title }" already.
error-cost-unknown = What did "{ $title }" cost? Press "Another amount".
error-link-not-found = This link does not fit: it is out of date or meant for somebody else.
error-no-purchase-here = There is no purchase here that this could be about. Begin one: /new Barbecue

error-name-of-two = "{ $name }" is two people: one in Telegram, and one who signs in here by this name. Write @{ $name } for the one in Telegram.
error-not-a-username = "{ $username }" does not look like a Telegram username. It should be like @anna.
error-not-a-phone = A phone number has 10 to 15 digits, for example +7 912 345-67-89.
error-not-a-card = This is not a card number; please check the digits.
error-wrong-requisite = A text of up to { $length_max } characters is needed.
error-unknown-language = I do not speak this language.
error-unknown-time-zone = I do not know the time zone "{ $time_zone }".
error-chat-not-found = There is no such chat.

error-already-locked = The shares are fixed already.
error-too-few-participants = At least two people must take part.
error-nothing-done = There is nothing to split yet: not a single expense.
error-tasks-unfinished = Not done: { $titles }. Confirm that they are dropped.
error-changed-meanwhile = It has changed while you were looking. Please look again and decide.
error-not-locked = { $status ->
    [active] The shares are not worked out yet: /lock
   *[closed] The purchase is closed.
}
error-payments-began = Somebody is paying already, so the split stays.
error-debts-open = Not everybody is settled yet.
error-already-closed = The purchase is closed already.
error-intent-not-found = You have no such debt.
error-nothing-left = { $status ->
    [awaiting] Answer the "I paid" first.
   *[other] Nothing is left of this debt.
}

error-already-paid = This debt is settled already.
error-attempt-open = The last payment is not confirmed yet.
error-debt-canceled = The split was undone, there is nothing to pay.
error-wrong-paid-amount = The amount must be above zero and not above { $left }.
error-photo-not-found = There is no such photo; perhaps it was deleted.
error-other-photo = There is another photo under this id.
error-not-a-photo = This is not a photo: it takes a JPEG, PNG or WebP of up to 50 megapixels.
error-attempt-not-found = You have no such payment.
error-answered-already = { $status ->
    [succeeded] It is confirmed already.
   *[other] It was answered already, or taken back.
}

error-not-enough-money = There is not enough money.
error-account-closed = This account is closed.
