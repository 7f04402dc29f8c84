package io.deeptrain.simulation;

/**
 * A known way to get it wrong. The simulation can make any of these around the production rules, and must then find a
 * violation: that is how we know that finding none means something.
 */
enum PlantedBug {
    NO_FENCE("an event of an older attempt counts as one of the newest"),
    NO_BILLING_DEDUPE("billing charges a job again when its end is delivered again"),
    DUAL_WRITE("the scheduler writes to its database, then to the log, without an outbox"),
    CANCEL_IGNORED_WHILE_ASSIGNED("a cancel that arrives while the worker prepares is dropped"),
    LATE_SUCCESS_BEATS_CANCEL("the scheduler ends a job without asking the front door for a cancel"),
    NO_COMPARE_AND_SET("a scheduler that was replaced may still commit"),
    OFFSET_BEFORE_WORK("the scheduler stores how far it has read before it has worked"),
    TERMINAL_TWICE("an ended job ends again when its seal is delivered again"),
    WALL_CLOCK_METER("the worker's meter reads the wall clock"),
    LOST_ATTEMPTS_BILLED("what a lost attempt used is charged although nobody resumed there"),
    OUTBOX_BY_CURSOR("the relay reads rows with an id larger than the last, as if ids were committed in order"),
    SUBMIT_NOT_IDEMPOTENT("the front door does not look for the idempotency key"),
    REQUEUE_FORGETS_CANCEL("a cancelled job whose lease lapses waits for another worker"),
    STOP_FORGOTTEN_ON_REQUEUE("a job that is to stop and whose attempt is lost is trained to its end by the next one"),
    MAKING_ROOM_FORGETS_CANCEL("a job that was asked to make room no longer hears a cancel"),
    MAKING_ROOM_FAILS_THE_JOB("a job that has made room for another counts as failed"),
    STOP_BEATS_CANCEL("a cancel that comes while a job is being stopped does not keep it from succeeding"),
    DELTA_METER("the worker sends the time since its last report, and the receivers add up"),
    LEASES_RUN_WHILE_AWAY("leases run on the clock, also while the scheduler or the log is away"),
    BUDGET_STOP_FORGOTTEN("a budget that is used up while the worker prepares stops nobody"),
    BUDGET_STOP_AS_TENANTS("a job that a budget stops is told that its tenant stopped it"),
    KEPT_MODEL_FAILS_THE_JOB("a job that stopped early and kept its model counts as failed"),
    MAKING_ROOM_COUNTS_AS_LOSS("making room uses up one of a job's retries"),
    MAKES_ROOM_TOO_SOON("an attempt is asked to make room as soon as it runs"),
    MAKES_ROOM_TOO_OFTEN("a job makes room as often as it is asked"),
    NOBODY_MAKES_ROOM("a more urgent job waits until less urgent ones have ended"),
    PRIORITY_IGNORED("all jobs are equally urgent"),
    SHARES_IGNORED("one tenant's jobs go first whatever it holds already"),
    BACK_OFF_IGNORED("a job is tried again at once after it was lost"),
    RETRIES_WITHOUT_END("a job is tried again however often it was lost"),
    CHECKPOINT_FORGOTTEN("an attempt is told to begin from scratch although there is a checkpoint"),
    LEAVING_WORKER_ASSIGNED("a worker that takes on no more is given attempts"),
    SEAL_DESPITE_CANCEL("the front door seals a job whose cancel it has committed"),
    ANSWER_BEFORE_COMMIT("the front door answers before it has committed"),
    RELAY_FORGETS_FIRST("the relay deletes rows before they are published"),
    CAP_IGNORED("billing charges a job above its cap"),
    CANCEL_BILLED_TO_THE_END("a cancelled job is charged until it has stopped, not until the cancel"),
    MONTHS_NOT_DIVIDED("a charge lies wholly in the month of the job's end"),
    PARTS_ROUNDED_EACH("each month's part of a charge is rounded by itself"),
    PARTNER_LOSS_IGNORED("an attempt over several workers goes on when one of them came back as another process"),
    PARTNERS_NOT_STORED("what is stored of an attempt over several workers is that of one"),
    OVERDUE_IGNORED("a job that has waited too long goes no sooner for it"),
    QUARANTINE_FORGOTTEN("a new leader knows of no worker that is out of service for its faults"),
    GPUS_BEYOND_THE_WORKER(
            "an elastic attempt is told to use all GPUs that its job could use, however many its worker has"),
    GPUS_NOT_STORED("what is stored of an elastic attempt is that it holds all GPUs that its job could use"),
    ALL_GPUS_BILLED("an elastic job is charged as if each attempt held all GPUs that it could use"),
    CLASS_IGNORED("a job runs on whatever GPU is free, of another class or a slice of one"),
    HOLD_FORGOTTEN("a new leader knows of no job that an operator holds"),
    CORDON_FORGOTTEN("a new leader knows of no worker that an operator has taken out of service"),
    CORDON_IGNORED("a cordon is stored, and the leader goes on giving the worker attempts"),
    DRAIN_ASKS_NOBODY("nobody is asked to leave a worker that is drained"),
    MOVE_LOSES_JOB("a job that has left to be moved is queued again, but its turn does not come"),
    ORDER_AUDITED_TWICE("what an operator did is written down twice"),
    AUDIT_BEFORE_COMMIT("what an operator did is written down before it is committed, in a transaction of its own"),
    ORDER_ANSWERED_EARLY("an operator is answered before what is ordered is committed"),
    BROKEN_GPUS_PROMISED("the scheduler goes by how many GPUs a worker had when it was first heard"),
    BROKEN_GPU_TRUSTED("an attempt goes on on a GPU that is found broken"),
    BROKEN_GPU_ENDS_ALL("an attempt is ended for a GPU that it does not use"),
    LOOKS_ARE_NO_WORK("an attempt that measures what it has learned counts as hung if that takes long"),
    PREPARING_NEVER_STALLS("an attempt that hangs while it prepares is waited for without end"),
    READING_IS_NO_WORK("an attempt that reads its inputs counts as hung if that takes long");

    private final String description;

    PlantedBug(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }
}
