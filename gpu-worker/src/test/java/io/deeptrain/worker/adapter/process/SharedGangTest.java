package io.deeptrain.worker.adapter.process;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Span;
import io.deeptrain.event.Span.Partner;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learner.Batch;
import io.deeptrain.worker.port.Learner.Pixels;
import io.deeptrain.worker.port.Learner.Step;
import io.deeptrain.worker.port.RankLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gang whose second rank another worker has started: both workers in this process, the rank in one of its own. */
@Timeout(120)
class SharedGangTest {
    private static final int SIZE = 32;
    private static final int IMAGES = 8;
    private static final GangSecret SECRET = new GangSecret("a key that all workers have");

    private final DjlLearners learners = new DjlLearners(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private Rendezvous leader;
    private Rendezvous partner;
    private LentRanks lending;

    @BeforeEach
    void open() throws IOException {
        leader = Rendezvous.open(Doors.here(), SECRET);
        partner = Rendezvous.open(Doors.here(), SECRET);
        lending = new LentRanks(partner, 1, List.of());
    }

    @AfterEach
    void close() throws IOException {
        lending.close();
        partner.close();
        leader.close();
    }

    /** Rank 1 of it is the partner's. */
    private GangJob job() throws IOException {
        Partner other = new Partner(new WorkerId("gpu-2"), new IncarnationId("b"), 1);
        return GangJob.classifier(SIZE, 2, Optional.of(new Span(leader.address(), List.of(other))));
    }

    private RanksAssigned ranks() throws IOException {
        return new RanksAssigned(
                new JobId("job-1"),
                new FencingToken(1),
                new WorkerId("gpu-2"),
                new IncarnationId("b"),
                1,
                1,
                2,
                leader.address());
    }

    private Learner gang(Duration silenceMax) throws IOException {
        return job().on(new ProcessGangs(
                learners,
                1,
                Precision.FP32,
                new RankCommandLine(List.of())::of,
                silenceMax,
                Optional.of(leader),
                _ -> Optional.empty()));
    }

    private static Batch batch() {
        byte[] pixels = new byte[IMAGES * 3 * SIZE * SIZE];
        new SplittableRandom(7).nextBytes(pixels);
        FloatBuffer targets = FloatBuffer.allocate(IMAGES * GangJob.CONCEPTS);
        for (int n = 0; n < IMAGES; n++) {
            targets.put(n * GangJob.CONCEPTS + n % GangJob.CONCEPTS, 1);
        }
        return new Batch(
                new Pixels(ByteBuffer.allocateDirect(pixels.length).put(pixels).flip(), IMAGES, SIZE), targets);
    }

    @Test
    void ranks_of_two_workers_learn_as_those_of_one_do_and_end_with_the_gang() throws Exception {
        lending.lend(ranks(), List.of(0), over::countDown);
        float shared;
        try (Learner gang = gang(Duration.ofSeconds(60))) {
            shared = gang.step(batch(), new Step(0, 0.02, 0));
            gang.state();
        }
        assertThat(over.await(20, SECONDS)).as("the partner's rank ends").isTrue();

        try (Learner gang = GangJob.classifier(SIZE, 2).on(new ProcessGangs(learners, 1, Precision.FP32, List.of()))) {
            assertThat(gang.step(batch(), new Step(0, 0.02, 0))).isCloseTo(shared, within(0f));
        }
    }

    @Test
    void a_partner_that_takes_its_rank_back_is_a_lost_rank() throws Exception {
        lending.lend(ranks(), List.of(0), over::countDown);
        try (Learner gang = gang(Duration.ofSeconds(60))) {
            gang.step(batch(), new Step(0, 0.02, 0));
            gang.state();
            lending.takeBack(AttemptId.of(ranks()));
            assertThat(over.await(20, SECONDS)).isTrue();
            assertThatThrownBy(() -> {
                        gang.step(batch(), new Step(1, 0.02, 0));
                        gang.state();
                    })
                    .isInstanceOf(RankLostException.class)
                    .hasMessageContaining("has ended, or is cut off");
        }
    }

    @Test
    void ranks_are_lent_on_the_gpus_that_they_are_given() throws Exception {
        List<Integer> places = new ArrayList<>();
        IntFunction<ProcessBuilder> commandLines = place -> {
            places.add(place);
            return new ProcessBuilder("true");
        };
        try (LentRanks one = new LentRanks(partner, 1, commandLines, Duration.ofSeconds(60))) {
            one.lend(ranks(), List.of(1), over::countDown);
            assertThat(over.await(20, SECONDS)).isTrue();
            assertThat(places).containsExactly(1);
        }
    }

    @Test
    void who_does_not_know_the_key_is_turned_away_and_who_is_no_longer_waited_for_need_not_come() throws Exception {
        try (Rendezvous stranger = Rendezvous.open(Doors.here(), new GangSecret("another key than theirs"));
                LentRanks strangers = new LentRanks(stranger, 1, List.of())) {
            strangers.lend(ranks(), List.of(0), over::countDown);
            ProcessGangs gangs = new ProcessGangs(
                    learners, 1, Precision.FP32, List.of(), Optional.of(leader), _ -> Optional.empty());
            assertThatThrownBy(() -> job().on(gangs, () -> over.getCount() > 0))
                    .isInstanceOf(RankLostException.class)
                    .hasMessageContaining("rank 1 of 2 of attempt job-1/1 need not come any more");
        }
    }

    @Test
    void the_secret_is_another_for_each_attempt_and_each_key() {
        AttemptId first = new AttemptId(new JobId("job-1"), new FencingToken(1));
        AttemptId second = new AttemptId(new JobId("job-1"), new FencingToken(2));
        assertThat(SECRET.of(first)).hasSize(64).isEqualTo(SECRET.of(first)).isNotEqualTo(SECRET.of(second));
        assertThat(new GangSecret("a key that nobody has").of(first)).isNotEqualTo(SECRET.of(first));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GangSecret("short"))
                .withMessage("the key of gangs must have at least 16 characters and has 5");
    }
}
