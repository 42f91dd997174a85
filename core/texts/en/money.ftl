## Amounts, dates and shares that were refused: what is wrong, and how it would be right.

error-unknown-currency = I do not know the currency “{ $currency }”. It takes a code of three letters: RUB, USD, EUR.
error-amount-too-large = This amount is too large. Please check it for extra zeros.
error-wrong-decimal = The amount “{ $text }” is not written right for { $currency }.

error-amount-not-understood = I cannot read the amount “{ $text }”. Write, for example, 1200, 1,200.50 or 300+450*2.
error-too-many-decimals =
    { $decimals_max ->
        [0] { $currency } has no decimals, so the amount “{ $text }” must be whole.
        [one] { $currency } has no more than { $decimals_max } decimal, but the amount “{ $text }” comes to more.
       *[other] { $currency } has no more than { $decimals_max } decimals, but the amount “{ $text }” comes to more.
    }
error-amount-not-positive = The amount must be above zero.
error-other-currency = Everything here is in { $expected }, and the amount is written in { $written }. Please convert it and write it in { $expected }.
error-wrong-number-of-amounts = There must be one amount for each payer: { $expected }, but there are { $given }. Write each on a line of its own.

error-date-not-understood = I cannot read the date “{ $text }”. Write, for example, 15.06, tomorrow 18:00 or by Friday.
error-due-in-the-past = This date has passed. A due date must lie ahead.
error-due-too-far =
    { $years_max ->
        [one] This is too far ahead: { $years_max } year at most.
       *[other] This is too far ahead: { $years_max } years at most.
    }

error-nobody-shares = Choose at least one person who shares the cost.
error-wrong-weight = A weight is a whole number from 0 to { $weight_max }.
error-percents-do-not-add-up = The percentages must be 100 together, but they come to { $total }.
error-shares-do-not-add-up =
    { $side ->
        [missing] The shares do not come to the cost: { $difference } is missing.
       *[over] The shares do not come to the cost: { $difference } is too much.
    }
error-negative-share = Somebody’s share comes out below zero. Make the adjustments smaller.
error-nobody-paid = Name at least one person who paid.
error-wrong-payment = Every payer must have paid more than zero. Leave out those who paid nothing.
error-payments-do-not-add-up =
    { $side ->
        [missing] The payments do not come to the cost: { $difference } is missing.
       *[over] The payments do not come to the cost: { $difference } is too much.
    }
