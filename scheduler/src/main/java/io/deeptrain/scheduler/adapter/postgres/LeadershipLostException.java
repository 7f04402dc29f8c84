package io.deeptrain.scheduler.adapter.postgres;

/** Another scheduler has a later epoch. Nothing of what was being committed has happened. */
public final class LeadershipLostException extends Exception {
    public LeadershipLostException(Leadership lost) {
        super("no longer the leader: " + lost);
    }
}
