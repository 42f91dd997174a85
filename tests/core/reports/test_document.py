"""What a report says of sums: they add up for everybody, and money between people is no spending."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.reports.arrows import ARROWS_MAX, arrows_of
from tests.core.reports.makers import MORNING, purchase_document


class TestThePeople:
    @given(st.integers(1, 12), st.integers(0, 30))
    def test_are_left_with_what_they_paid_less_what_they_bear(self, people: int, expenses: int) -> None:
        report = purchase_document(people, expenses)

        for person in report.people:
            moved = person.sent_minor - person.received_minor + person.forgiven_minor
            assert person.net_minor + moved == person.balance_minor
        assert sum(person.paid_minor for person in report.people) == report.spent_minor
        assert sum(person.share_minor for person in report.people) == report.spent_minor
        assert sum(person.balance_minor for person in report.people) == 0


class TestSpending:
    def test_leaves_transfers_and_refunds_out_as_c_30(self) -> None:
        report = purchase_document()

        assert report.payments
        assert report.refunds
        assert report.spent_minor == sum(expense.cost_minor for expense in report.expenses)


class TestThePartOfAPerson:
    def test_leaves_out_what_was_before_but_for_open_debts(self) -> None:
        report = purchase_document(3, 5)
        boris = report.people[1].id

        part = report.of_person(boris, MORNING + timedelta(hours=4))

        assert [expense.number for expense in part.expenses] == [4, 5]
        assert all(boris in {debt.payer_id, debt.payee_id} for debt in part.debts)
        assert [person.id for person in part.people] == [boris]
        late = report.of_person(boris, MORNING + timedelta(days=30))
        assert all(not debt.is_settled for debt in late.debts)
        assert late.payments == ()


class TestTheArrows:
    def test_are_the_largest_debts_and_none_is_forgotten(self) -> None:
        report = purchase_document(30, 60)

        drawn, more = arrows_of(report)

        assert len(drawn) == ARROWS_MAX
        assert len(drawn) + len(more) == len(report.debts)
        assert min(arrow.amount_minor for arrow in drawn) >= max(arrow.amount_minor for arrow in more)

    def test_of_one_payer_stand_side_by_side(self) -> None:
        drawn, _ = arrows_of(purchase_document(8, 40))

        payers = [arrow.payer for arrow in drawn]

        assert payers == sorted(payers, key=payers.index)
