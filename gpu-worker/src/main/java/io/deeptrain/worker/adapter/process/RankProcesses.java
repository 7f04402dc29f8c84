package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.OtherRanks;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RanksDifferException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The other ranks of a gang, a process each, and rank 0's place in their ring. */
final class RankProcesses implements OtherRanks {
    private final List<RankProcess> processes;
    private final GradientExchange exchange;
    private final Duration silenceMax;

    RankProcesses(List<RankProcess> processes, GradientExchange exchange, Duration silenceMax) {
        this.processes = List.copyOf(processes);
        this.exchange = exchange;
        this.silenceMax = silenceMax;
    }

    @Override
    public int count() {
        return processes.size();
    }

    @Override
    public void step(List<Part> parts) {
        for (int n = 0; n < processes.size(); n++) {
            processes.get(n).learn(parts.get(n));
        }
    }

    @Override
    public void restore(LearnerState state) {
        processes.forEach(process -> process.restore(state));
    }

    @Override
    public void requireSame(LearnerState state) {
        processes.forEach(RankProcess::compare);
        byte[] own = StateDigest.of(state);
        for (int n = 0; n < processes.size(); n++) {
            byte[] other = processes.get(n).awaitDigest(silenceMax);
            if (!MessageDigest.isEqual(own, other)) {
                throw new RanksDifferException(
                        "ranks 0 and %d should have learned the same and have not: SHA-256 %s and %s"
                                .formatted(
                                        n + 1,
                                        HexFormat.of().formatHex(own),
                                        HexFormat.of().formatHex(other)));
            }
        }
    }

    @Override
    public RankLostException explained(RankLostException lost) {
        // Those that still wait for rank 0 learn that it does not come.
        exchange.close();
        List<String> fates = new ArrayList<>();
        try {
            for (RankProcess process : processes) {
                fates.add(process.fate());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return new RankLostException("%s; %s".formatted(lost.getMessage(), String.join("; ", fates)), lost);
    }

    @Override
    public void close() {
        try (exchange) {
            processes.forEach(RankProcess::close);
        }
    }
}
