## What operators are told where a rule says no.

error-not-an-id = "{ $written }" is no id: it takes all of it, or at least its first eight characters.
error-no-such-id = There is nothing with the id { $written } here.
error-ambiguous-id = Several ids begin with { $written }: write more of it.
error-account-not-found = The book has no account "{ $name }".
error-order-finished-already = The order is finished: its money has gone on. What may still be done is a refund.
error-nothing-to-ask = There is nothing to ask: it has ended, or no provider moves this money.
error-nobody-knows = The provider was asked too long ago, and asked again it might give back twice. Look it up at the provider.
error-secret-comes-from-provider = The provider chooses this secret: give its value.
error-secret-verifies-nothing = This cannot be a secret of this provider.
error-dead-letter-not-found = There is no such dead letter: it was sent again, given up, or never died.
error-nobody-listens = { $consumer } does not listen to { $event_name }: sent again it would lead nowhere.
error-not-queued = The event does not wait for that consumer.
error-notification-not-found = There is no such notification.
error-delivered-already = It has arrived: sent again, it would be read twice.
error-no-card = This purchase has no card, because it belongs to no chat.
