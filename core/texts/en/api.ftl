error-malformed-request = The request cannot be read: its body has to be JSON.
error-not-signed-in = Please sign in.
error-no-such-address = There is nothing at this address.
error-no-such-method = This address does not do that.
error-too-slow = The request took too long to arrive.
error-too-long = The request is too long.
error-wrong-shape = The request is not quite right; the details say where.
error-too-often = Too many requests at once. Please try again in { $seconds ->
    [one] a second
   *[other] { $seconds } seconds
}.
error-too-many-listeners = You are listening for changes over { $most } connections already. Close one of them.
error-not-now = This does not work for a moment. Nothing has happened; please try again.

error-no-account = You have no account in { $currency } yet.
error-no-such-requisite = Say first where to be paid: add a phone, a card or other requisites.
error-wrong-snooze = A reminder can be put off for 1 to { $max } days.
rail-manual = Outside, confirmed by whoever is paid
rail-wallet = From my wallet
error-debt-in-other-currency = This debt is in { $currency }.
