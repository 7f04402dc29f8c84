package io.deeptrain.scheduler.job;

import static io.deeptrain.scheduler.job.Jobs.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;

/** Reads as: given these facts, when this is asked, then this fact follows. */
final class JobScenario {
    private final JobState state;
    private RetryPolicy retry = RetryPolicy.STANDARD;
    private Instant now = T0;

    private JobScenario(JobState state) {
        this.state = state;
    }

    static JobScenario given(JobFact... facts) {
        return new JobScenario(after(facts));
    }

    static JobState after(JobFact... facts) {
        JobState state = JobState.queuedAt(T0);
        for (JobFact fact : facts) {
            state = JobMachine.evolve(state, fact);
        }
        return state;
    }

    JobScenario at(Instant instant) {
        now = instant;
        return this;
    }

    JobScenario with(RetryPolicy policy) {
        retry = policy;
        return this;
    }

    Then when(JobCommand command) {
        return new Then(JobMachine.decide(state, command, retry, now));
    }

    record Then(Decision decision) {
        void then(JobFact expected) {
            assertThat(decision).isEqualTo(Decision.accepted(expected));
        }

        void thenRefused(Decision.Refusal reason) {
            assertThat(decision).isEqualTo(Decision.refused(reason));
        }
    }
}
