package io.deeptrain.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.billing.JobStory;
import io.deeptrain.billing.charge.PeriodCharge;
import io.deeptrain.billing.money.Money;
import io.deeptrain.event.ChargeEvent.FreeReason;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Tenant ADA = new Tenant("ada", "birds");
    private static final YearMonth MARCH = YearMonth.of(2026, 3);

    @Test
    void a_charge_books_the_worth_of_the_time_and_who_bears_it() {
        assertThat(charge("job-1", 500, 33).entries())
                .containsExactly(
                        new LedgerEntry(new Account.Receivable(), usd(500)),
                        new LedgerEntry(new Account.FreeUsage(FreeReason.LOST_WORK), usd(33)),
                        new LedgerEntry(new Account.Revenue(), usd(-533)));
    }

    @Test
    void a_transaction_that_does_not_balance_cannot_be_made() {
        List<LedgerEntry> entries = List.of(
                new LedgerEntry(new Account.Receivable(), usd(500)), new LedgerEntry(new Account.Revenue(), usd(-499)));
        LedgerKey key = new LedgerKey(new JobId("job-1"), MARCH, 1);

        assertThatThrownBy(() -> new LedgerTransaction(
                        key, ADA, new LedgerTransaction.Kind.Charge(), entries, JobStory.BEGINNING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ledger transaction job-1/2026-03/1 does not balance: 0.01 USD");
    }

    @Test
    void two_currencies_do_not_balance_each_other() {
        List<LedgerEntry> entries = List.of(
                new LedgerEntry(new Account.Receivable(), usd(500)),
                new LedgerEntry(new Account.Revenue(), new Money(-500, "EUR")));
        LedgerKey key = new LedgerKey(new JobId("job-1"), MARCH, 1);

        assertThatThrownBy(() -> new LedgerTransaction(
                        key, ADA, new LedgerTransaction.Kind.Charge(), entries, JobStory.BEGINNING))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_reversal_takes_back_every_entry_under_the_next_revision() {
        LedgerTransaction charge = charge("job-1", 500, 33);
        LedgerTransaction reversal = charge.reversal(JobStory.BEGINNING);

        assertThat(reversal.key()).isEqualTo(new LedgerKey(new JobId("job-1"), MARCH, 2));
        assertThat(reversal.kind()).isEqualTo(new LedgerTransaction.Kind.Reversal(1));
        assertThat(charge.owed().plus(reversal.owed())).isEqualTo(usd(0));
    }

    @Test
    void a_chain_is_whole_as_it_was_appended() {
        assertThat(Ledger.firstBroken(chain())).isEmpty();
    }

    @Test
    void a_changed_transaction_breaks_the_chain_where_it_stands() {
        List<Ledger.Link> chain = chain();
        Ledger.Link second = chain.get(1);
        chain.set(1, new Ledger.Link(second.number(), second.previousHash(), second.hash(), charge("job-2", 1, 0)));

        assertThat(Ledger.firstBroken(chain)).hasValue(2);
    }

    @Test
    void a_missing_transaction_breaks_the_chain_where_it_stood() {
        List<Ledger.Link> chain = chain();
        chain.remove(1);

        assertThat(Ledger.firstBroken(chain)).hasValue(2);
    }

    private static List<Ledger.Link> chain() {
        List<Ledger.Link> chain = new ArrayList<>();
        Ledger.Head head = Ledger.EMPTY;
        for (String job : List.of("job-1", "job-2", "job-3")) {
            Ledger.Link link = Ledger.append(head, charge(job, 500, 33));
            chain.add(link);
            head = link.head();
        }
        return chain;
    }

    private static LedgerTransaction charge(String job, long cents, long lostCents) {
        PeriodCharge part = new PeriodCharge(MARCH, 900, usd(cents), Map.of(FreeReason.LOST_WORK, usd(lostCents)));
        return LedgerTransaction.charge(new JobId(job), ADA, part, 1, JobStory.BEGINNING);
    }

    private static Money usd(long cents) {
        return new Money(cents, "USD");
    }
}
