package io.deeptrain.worker.adapter.process;

import static java.util.Objects.requireNonNull;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.worker.adapter.djl.EngineNccl;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce.Equipment;
import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.adapter.tcp.TcpRing;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.gang.GangLearner;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Gangs;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.training.TrainingPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Gangs of one process for each device. Rank 0 is the worker itself, on the thread that asks for the learner and on its
 * own device; the others are processes that know nothing but what rank 0 tells them: children of this worker, and, of
 * an attempt that lies over several workers, those that its partners have started and that come to the rendezvous.
 */
public final class ProcessGangs implements Gangs {
    private static final Logger LOG = Logger.getLogger(ProcessGangs.class);
    private static final int SECRET_BYTES = 32;

    /** A process with the engine is there within seconds, unless it has to be unpacked first. */
    private static final Duration START_MAX = Duration.ofMinutes(2);

    /** All ranks have as many images, give or take one: none takes so much longer for its step. */
    static final Duration SILENCE_MAX = Duration.ofMinutes(2);

    private final Learners learners;
    private final int threads;
    private final Precision precision;
    private final IntFunction<ProcessBuilder> commandLines;
    private final Duration silenceMax;
    private final Optional<Rendezvous> rendezvous;
    private final IntFunction<Optional<Equipment>> nccl;
    private final SecureRandom random = new SecureRandom();

    /**
     * Gangs on this machine alone.
     *
     * @param learners of rank 0
     * @param threads of one operation, on each rank
     * @param precision that rank 0's learners have, and so all
     * @param devices names of the GPUs by place, as {@code CUDA_VISIBLE_DEVICES} has them; none on a machine without
     */
    public ProcessGangs(Learners learners, int threads, Precision precision, List<String> devices) {
        this(learners, threads, precision, devices, Optional.empty(), EngineNccl::at);
    }

    /**
     * The same, and with a rendezvous also gangs whose further ranks run on other workers.
     *
     * @param nccl of rank 0 on the GPU of a place; if it has none, no rank exchanges by NCCL
     */
    public ProcessGangs(
            Learners learners,
            int threads,
            Precision precision,
            List<String> devices,
            Optional<Rendezvous> rendezvous,
            IntFunction<Optional<Equipment>> nccl) {
        this(learners, threads, precision, new RankCommandLine(devices)::of, SILENCE_MAX, rendezvous, nccl);
    }

    ProcessGangs(
            Learners learners,
            int threads,
            Precision precision,
            IntFunction<ProcessBuilder> commandLines,
            Duration silenceMax,
            Optional<Rendezvous> rendezvous,
            IntFunction<Optional<Equipment>> nccl) {
        this.learners = learners;
        this.threads = threads;
        this.precision = precision;
        this.commandLines = commandLines;
        this.silenceMax = silenceMax;
        this.rendezvous = rendezvous;
        this.nccl = nccl;
    }

    @Override
    public Learner learner(
            AttemptAssigned assignment,
            List<Integer> places,
            Network network,
            Recipe recipe,
            List<Tensor> state,
            BooleanSupplier isWanted) {
        int ranks = assignment.spec().gpus();
        Optional<Rendezvous> meeting = assignment
                .span()
                .map(_ -> rendezvous.orElseThrow(() -> new RankLostException(
                        "this worker shares no attempt with others, and was given " + assignment)));
        AttemptId attempt = AttemptId.of(assignment);
        Membership me = new Membership(
                attempt.toString(),
                0,
                ranks,
                meeting.map(place -> place.secret().of(attempt)).orElseGet(this::secret));
        Doors doors = meeting.map(Rendezvous::doors).orElseGet(Doors::here);
        List<RankProcess.Starting> starting = new ArrayList<>();
        List<RankProcess> processes = new ArrayList<>();
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        boolean complete = false;
        try (ServerSocketChannel door = doors.ofRank()) {
            for (int rank = 1; rank < assignment.gpusHere(); rank++) {
                RankProcess.Starting started = RankProcess.start(
                        commandLines.apply(places.get(rank)), me.ofRank(rank), threads, silenceMax, doors);
                opened.push(started);
                starting.add(started);
            }
            for (RankProcess.Starting each : starting) {
                RankProcess process = each.connected(START_MAX);
                opened.push(process);
                processes.add(process);
            }
            if (meeting.isPresent()) {
                for (RankProcess partner : partners(meeting.get(), me, assignment.gpusHere(), isWanted)) {
                    opened.push(partner);
                    processes.add(partner);
                }
            }
            GradientExchange exchange = joined(me, doors, door, processes, assignment, state, places.getFirst());
            opened.push(exchange);
            Learner own = learners.on(places.getFirst()).learner(network, recipe, state, exchange);
            opened.push(own);
            processes.forEach(process -> process.awaitReady(START_MAX));
            LOG.infof(
                    "%d ranks exchange gradients through %s: rank 0 is this process, the others are %s",
                    ranks, exchange, processes.stream().map(RankProcess::place).toList());
            GangLearner gang = new GangLearner(
                    own,
                    new RankProcesses(processes, exchange, silenceMax),
                    recipe.objective().targets(network, imageSize(assignment)));
            complete = true;
            return gang;
        } catch (IOException failed) {
            throw new RankLostException("the other ranks cannot be started: " + failed.getMessage(), failed);
        } finally {
            if (!complete) {
                opened.forEach(RankProcess::closeQuietly);
            }
        }
    }

    /** The ranks that other workers run, by rank. */
    private static List<RankProcess> partners(
            Rendezvous meeting, Membership me, int firstRank, BooleanSupplier isWanted) {
        List<Membership> expected =
                IntStream.range(firstRank, me.ranks()).mapToObj(me::ofRank).toList();
        Map<Membership, SocketChannel> admitted = meeting.admit(expected, START_MAX, isWanted);
        try {
            return expected.stream()
                    .map(member -> RankProcess.ofPartner(
                            member, requireNonNull(admitted.get(member)).socket()))
                    .toList();
        } catch (RankLostException lost) {
            admitted.values().forEach(RankProcess::closeQuietly);
            throw lost;
        }
    }

    /** Tells each rank what to learn and who is next, and joins the ring that they make. */
    private GradientExchange joined(
            Membership me,
            Doors doors,
            ServerSocketChannel door,
            List<RankProcess> processes,
            AttemptAssigned assignment,
            List<Tensor> state,
            int place)
            throws IOException {
        for (int n = 0; n < processes.size(); n++) {
            String next = n + 1 < processes.size() ? processes.get(n + 1).door() : doors.address(door);
            processes.get(n).prepare(assignment, next, precision, state);
        }
        InetSocketAddress next = Doors.at(processes.getFirst().door());
        return NcclAllReduce.orRing(TcpRing.join(me, door, next, silenceMax), nccl.apply(place), silenceMax);
    }

    private static int imageSize(AttemptAssigned assignment) {
        return TrainingPlan.of(assignment.spec()).imageSize();
    }

    private String secret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
