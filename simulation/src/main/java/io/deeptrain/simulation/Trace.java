package io.deeptrain.simulation;

import io.deeptrain.event.Event;
import io.deeptrain.event.EventType;
import java.util.ArrayList;
import java.util.List;

/** What happened in a run, in order: always as one number that two equal runs share, and as text if asked for. */
final class Trace {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final Agenda agenda;
    private final boolean keepsText;
    private final List<String> lines = new ArrayList<>();
    private long hash;

    Trace(Agenda agenda, boolean keepsText) {
        this.agenda = agenda;
        this.keepsText = keepsText;
    }

    void note(String what, String subject) {
        mix(what.hashCode());
        mix(subject.hashCode());
        if (keepsText) {
            lines.add("%8d %s %s".formatted(agenda.nowMillis(), what, subject));
        }
    }

    void note(String what, Event event) {
        mix(what.hashCode());
        mix(EventType.of(event).name().hashCode());
        mix(event.factKey().hashCode());
        if (keepsText) {
            lines.add("%8d %s %s".formatted(agenda.nowMillis(), what, event));
        }
    }

    private void mix(int value) {
        hash = (hash ^ value ^ (agenda.nowMillis() << 20)) * MULTIPLIER;
        hash ^= hash >>> 29;
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
