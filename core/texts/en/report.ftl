## Reports: how they are asked for, and what stands in them.

command-report = a report as a file: PDF, Excel, CSV, JSON
button-report = 📊 Report

report-which = 📊 Report on “{ $purchase }”. As what?
report-whose = 📊 A report about what?
report-statement-which = 🧾 Your statement: all you paid, your shares, debts and transfers. For which time, and as what?
button-my-statement = 🧾 My statement
button-format-pdf = 📕 PDF
button-format-xlsx = 📗 Excel
button-format-csv = 📄 CSV
button-format-json = ⚙️ JSON
button-format-png = 🖼 Picture
button-statement-of = { $format } · { $period ->
    [year] { $year }
    [month] { $month }
   *[all] all time
}
report-asked = On it, the file will come here
error-unknown-format = There is no such kind of report. There are: { $known }.
error-report-not-found = There is no such report.
error-made-anew-already = The same report is being made already.

report-about-purchase = “{ $purchase }”
report-about-person = your statement
report-making = ⏳ Making the report: { $about }, { $format }…
report-making-again = ⏳ The report ({ $about }, { $format }) did not work out yet, trying again…
report-ready = 📊 Report: { $about }
report-picture-ready = 🤝 { $about }: who, whom, how much
report-closed = 📕 { $about }: everything in one file — expenses, shares, debts and transfers
report-gone = 📊 The report ({ $about }) was ready, but its file is not kept any more. Ask for a new one: /report
report-failed = 😔 The report ({ $about }, { $format }) could not be made. We are looking into it; you can try again.
button-report-again = 🔁 Once more

report-day = d MMM y
report-moment = d MMM y, HH:mm
report-day-in-spreadsheet = yyyy-mm-dd
report-moment-in-spreadsheet = yyyy-mm-dd hh:mm

report-purchase-active = open
report-purchase-locked = shares fixed
report-purchase-closed = closed
report-subtitle = Purchase: { $state } · { $days } · organised by { $organizer }
report-statement-title = Statement: { $name }
report-statement-all = All time
report-statement-since = Since { $day }
report-footer = SyncBuy · { $moment } ({ $zone })
report-page = page { $page } of { $pages }
report-signs = Plus: the person gets it back; minus: the person gives it.
report-total = Total
report-nothing = Nothing yet

report-fact-spent = Spent
report-fact-people = People
report-fact-expenses = Expenses
report-fact-left = Left to transfer
report-fact-expected = To be transferred
report-all-settled = all done!
report-fact-my-paid = You paid
report-fact-my-share = Your share
report-fact-i-owe = You owe
report-fact-i-am-owed = You are owed

report-picture-heading = Who owes whom
report-picture-active = Who would owe whom if it was worked out now
report-picture-locked = Who owes whom
report-picture-closed = Who settled up with whom
report-nobody-owes = Nobody owes anybody anything
report-more-arrows = …and { $count } more { $count ->
    [one] transfer
   *[other] transfers
} of { $amount } — they are in the file
report-arrow-part = { $done } of { $amount }

report-table-in = { $table }, { $symbol }
report-table-summary = Summary
report-table-people = People
report-table-purchases = Purchases
report-table-expenses = Expenses
report-table-shares = Shares
report-table-debts = Debts
report-table-payments = Transfers
report-table-refunds = Refunds

report-column-person = Person
report-column-paid = Paid
report-column-share = Share
report-column-net = Difference
report-column-sent = Sent
report-column-received = Received
report-column-forgiven = Written off
report-column-balance = Left
report-column-purchase = Purchase
report-column-state = State
report-column-my-paid = I paid
report-column-my-share = My share
report-column-number = #
report-column-day = Date
report-column-what = What
report-column-cost = Cost
report-column-payers = Who paid
report-column-shared = Who bears how much
report-column-extra = Extra unit
report-column-debtor = Who owes
report-column-creditor = Whom
report-column-amount = Amount
report-column-settled = Paid
report-column-written-off = Written off
report-column-refunded = Refunded
report-column-left = Left
report-column-due = Due
report-column-moment = When
report-column-from = From
report-column-to = To
report-column-rail = By
report-column-currency = Currency
report-column-note = Note

report-everybody = all ({ $count })
report-each = { $amount } each — { $people }
report-extra-for = extra { $amount } — { $people }

report-debt-expected = if worked out
report-debt-created = to be paid
report-debt-awaiting = being paid
report-debt-succeeded = settled
report-debt-canceled = canceled
report-debt-expired = overdue
report-debt-refunded = money went back
report-rail-manual = directly
report-rail-wallet = wallet
report-rail-provider = card
report-payment-created = being prepared
report-payment-pending-confirmation = awaits confirmation
report-payment-succeeded = received
report-refund-pending = on its way
report-refund-succeeded = back

report-fact = Line
report-fact-total = spent in all
report-fact-paid = paid
report-fact-share = share
report-fact-balance = left to receive
report-fact-debt = debt
report-fact-payment = transfer
report-fact-refund = refund
report-fact-written-off = written off
