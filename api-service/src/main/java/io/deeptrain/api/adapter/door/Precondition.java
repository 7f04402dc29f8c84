package io.deeptrain.api.adapter.door;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What must still be so for a call to change anything. Every transaction of the call looks at it, up to the one that
 * changes something: so nobody can change it between that look and the commit.
 */
public final class Precondition {
    private static final ScopedValue<Precondition> OF_THIS_CALL = ScopedValue.newInstance();

    private final Runnable requirement;
    private boolean pending = true;

    /** @param requirement throws a {@link Refusal} unless it is met */
    @SuppressWarnings("MissingSummary") // The class says it.
    public Precondition(Runnable requirement) {
        this.requirement = requirement;
    }

    /** Makes a call whose transactions are to look at this. */
    <T> T guarding(Supplier<T> call) {
        return ScopedValue.where(OF_THIS_CALL, this).call(call::get);
    }

    /** That of the call which this thread makes, if it has one and has changed nothing yet. */
    public static Optional<Precondition> pending() {
        return OF_THIS_CALL.isBound() ? Optional.of(OF_THIS_CALL.get()).filter(of -> of.pending) : Optional.empty();
    }

    /**
     * Looks at it. To be called in the transaction that it is for.
     *
     * @throws Refusal unless it is met
     */
    public void require() {
        requirement.run();
    }

    /** The call has made its change; what comes behind it is not conditional. */
    public void spend() {
        pending = false;
    }
}
