package io.deeptrain.worker.adapter.process;

import io.deeptrain.event.AssignmentEvent.RanksAssigned;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.port.Lending;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jboss.logging.Logger;

/**
 * Ranks as child processes that go to another worker's rank 0. This worker only watches that they live: they end by
 * themselves when rank 0 lets them go, and when this process ends.
 */
public final class LentRanks implements Lending {
    private static final Logger LOG = Logger.getLogger(LentRanks.class);

    private final Rendezvous rendezvous;
    private final int threads;
    private final IntFunction<ProcessBuilder> commandLines;
    private final Duration silenceMax;
    private final Map<AttemptId, List<Process>> running = new ConcurrentHashMap<>();

    /**
     * Ranks on the devices of this machine.
     *
     * @param rendezvous of this worker, from which the ranks have their secret and their doors
     * @param threads of one operation
     * @param devices names of the GPUs, as {@code CUDA_VISIBLE_DEVICES} has them; none on a machine without
     */
    public LentRanks(Rendezvous rendezvous, int threads, List<String> devices) {
        this(rendezvous, threads, new RankCommandLine(devices)::of, ProcessGangs.SILENCE_MAX);
    }

    LentRanks(Rendezvous rendezvous, int threads, IntFunction<ProcessBuilder> commandLines, Duration silenceMax) {
        this.rendezvous = rendezvous;
        this.threads = threads;
        this.commandLines = commandLines;
        this.silenceMax = silenceMax;
    }

    @Override
    public void lend(RanksAssigned ranks, List<Integer> places, Runnable over) {
        AttemptId attempt = AttemptId.of(ranks);
        List<Process> processes = new ArrayList<>();
        try {
            for (int n = 0; n < ranks.gpus(); n++) {
                Membership me = new Membership(
                        attempt.toString(),
                        ranks.firstRank() + n,
                        ranks.ranks(),
                        rendezvous.secret().of(attempt));
                processes.add(RankProcess.started(
                        commandLines.apply(places.get(n)),
                        new RankMain.Start(
                                ranks.rendezvous(), me, threads, silenceMax.toMillis(), rendezvous.doors())));
            }
            LOG.infof(
                    "%s: runs %d ranks from %d on, which go to %s",
                    attempt, ranks.gpus(), ranks.firstRank(), ranks.rendezvous());
        } catch (IOException failed) {
            LOG.warnf("%s: ranks cannot be started: %s", attempt, failed.getMessage());
            processes.forEach(Process::destroyForcibly);
        }
        running.put(attempt, List.copyOf(processes));
        Thread.ofVirtual().start(() -> {
            awaitEnd(attempt, processes);
            running.remove(attempt);
            over.run();
        });
    }

    private void awaitEnd(AttemptId attempt, List<Process> processes) {
        CompletableFuture<?>[] exits = processes.stream().map(Process::onExit).toArray(CompletableFuture[]::new);
        if (exits.length > 0) {
            CompletableFuture.anyOf(exits).join();
            takeBack(attempt);
            CompletableFuture.allOf(exits).join();
            LOG.infof(
                    "%s: its ranks have ended with exit codes %s",
                    attempt, processes.stream().map(Process::exitValue).toList());
        }
    }

    @Override
    public void takeBack(AttemptId attempt) {
        running.getOrDefault(attempt, List.of()).forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        running.keySet().forEach(this::takeBack);
    }
}
