package io.deeptrain.simulation;

/** What can go wrong. Each seed switches on some of these, each with an intensity of its own. */
enum Mishap {
    /** A worker process dies at once and starts again later, as another incarnation. */
    WORKER_KILLED(0.10),
    /** A worker and its trainer stand still (SIGSTOP) and go on later as if nothing had been. */
    WORKER_PAUSED(0.15),
    /** A worker's records do not reach the log; it keeps the attempt events and sends them later. */
    WORKER_CANNOT_SEND(0.10),
    /** A worker reads nothing from the log. */
    WORKER_CANNOT_HEAR(0.10),
    /** A worker's wall clock is stepped, forward or back. */
    WALL_CLOCK_STEPPED(0.30),
    /** A worker is asked to leave and comes back later. */
    WORKER_DRAINED(0.05),
    /** The trainer completes no step any more. */
    TRAINER_HANGS(0.03),
    /** The trainer reads no input any more, before it trains. */
    PREPARING_HANGS(0.15),
    /** The trainer fails, and not by the tenant's fault. */
    TRAINER_FAILS(0.20),
    /** A checkpoint cannot be read: the attempt begins from scratch and says so. */
    CHECKPOINT_UNREADABLE(0.60),
    /** The log as a whole is away. */
    LOG_AWAY(0.04),
    /** A publication is cut short: a part is in the log, and the publisher does not learn which. */
    PUBLICATION_CUT(0.20),
    /** A relay dies between publishing and forgetting the rows. */
    RELAY_KILLED(0.20),
    /** A worker's record is in the log twice. */
    RECORD_DUPLICATED(0.20),
    /** A consumer reads late. */
    CONSUMER_SLOW(0.20),
    /** The leading scheduler dies. */
    SCHEDULER_KILLED(0.06),
    /** The leading scheduler stands still, is replaced, and wakes up. */
    SCHEDULER_PAUSED(0.08),
    /** The leading scheduler's database session ends, and a standby takes it for dead while it goes on. */
    LEADER_SESSION_LOST(0.08),
    /** A transaction is rolled back by a crash. */
    COMMIT_LOST(0.10),
    /** A transaction's outcome is not known to who made it. */
    COMMIT_UNKNOWN(0.10),
    /** A transaction of the front door takes long, while later ones overtake it. */
    COMMIT_SLOW(0.30),
    /** A whole database is away. */
    DATABASE_AWAY(0.04),
    FRONT_DOOR_KILLED(0.05),
    BILLING_KILLED(0.06),
    /** The client does not get the answer and asks again. */
    REPLY_LOST(0.40);

    private final double probabilityMax;

    Mishap(double probabilityMax) {
        this.probabilityMax = probabilityMax;
    }

    /** How likely this fault is at each occasion, at its full intensity. */
    double probabilityMax() {
        return probabilityMax;
    }
}
