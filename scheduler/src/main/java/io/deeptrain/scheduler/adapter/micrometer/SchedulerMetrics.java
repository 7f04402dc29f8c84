package io.deeptrain.scheduler.adapter.micrometer;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.FleetEvent.Readiness;
import io.deeptrain.event.JobEvent;
import io.deeptrain.event.JobEvent.JobAssigned;
import io.deeptrain.event.JobEvent.JobCancelled;
import io.deeptrain.event.JobEvent.JobFailed;
import io.deeptrain.event.JobEvent.JobRequeued;
import io.deeptrain.event.JobEvent.JobSucceeded;
import io.deeptrain.scheduler.adapter.kafka.LoopListener;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView;
import io.deeptrain.scheduler.adapter.kafka.SchedulerView.Role;
import io.deeptrain.scheduler.fleet.WorkerView;
import io.deeptrain.scheduler.job.JobRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Counts and logs what was committed. The names are part of the contract with operators. Never a label: a job, a user
 * or an app, of which there is no end.
 */
public final class SchedulerMetrics implements LoopListener {
    private static final Logger LOG = Logger.getLogger("io.deeptrain.scheduler.history");

    private final MeterRegistry registry;
    private final Timer queueWait;
    private final Timer startError;
    private final Timer cycle;
    private final Counter records;
    private final Counter reloads;

    public SchedulerMetrics(MeterRegistry registry) {
        this.registry = registry;
        queueWait = Timer.builder("deeptrain.queue.wait")
                .description("From the request to the first assignment")
                .publishPercentileHistogram()
                .register(registry);
        startError = Timer.builder("deeptrain.queue.start.error")
                .description("Between the start that a waiting job was first promised and the real one")
                .publishPercentileHistogram()
                .register(registry);
        cycle = Timer.builder("deeptrain.scheduler.cycle")
                .description("From the poll to the commit of one batch")
                .publishPercentileHistogram()
                .register(registry);
        records = counter("deeptrain.scheduler.records", "Records that were folded");
        reloads = counter("deeptrain.scheduler.reloads", "Times that the engine was thrown away after a failure");
    }

    /** What is measured when somebody asks. */
    public void watch(Supplier<SchedulerView> view) {
        gauge("deeptrain.queue.runs", "reason", "waiting_for_gpu", view, SchedulerView::readyCount);
        gauge("deeptrain.queue.runs", "reason", "backing_off", view, SchedulerView::backingOffCount);
        gauge("deeptrain.queue.runs", "reason", "held", view, SchedulerView::heldCount);
        Gauge.builder("deeptrain.queue.demand.gpus", () -> view.get().gpusAsked())
                .description("GPUs that all waiting jobs ask for together")
                .register(registry);
        gauge("deeptrain.gpus", "state", "busy", view, fleet -> sum(fleet, SchedulerMetrics::busy));
        gauge("deeptrain.gpus", "state", "free", view, fleet -> sum(fleet, SchedulerMetrics::free));
        gauge("deeptrain.gpus", "state", "draining", view, fleet -> sum(fleet, SchedulerMetrics::draining));
        Gauge.builder("deeptrain.scheduler.leader", () -> view.get().role() == Role.LEADING ? 1 : 0)
                .description("1 in the process that schedules")
                .register(registry);
    }

    @Override
    public void committed(JobEvent entry, JobRecord job) {
        count(entry, job);
        MDC.put("job_id", entry.jobId().value());
        MDC.put("attempt", job.state().token().toString());
        MDC.put("sequence", entry.sequence());
        try {
            LOG.infof("%s of job %s: %s", entry.getClass().getSimpleName(), entry.jobId(), detail(entry));
        } finally {
            MDC.remove("job_id");
            MDC.remove("attempt");
            MDC.remove("sequence");
        }
    }

    /** A job started by so much later than it was promised, or earlier. */
    public void missedStart(Duration late) {
        startError.record(late.abs());
    }

    @Override
    public void cycled(int polled, Duration took) {
        records.increment(polled);
        cycle.record(took);
    }

    @Override
    public void parked(String topic) {
        registry.counter("deeptrain.events.parked", "topic", topic).increment();
    }

    @Override
    public void reloading() {
        reloads.increment();
    }

    private void count(JobEvent entry, JobRecord job) {
        switch (entry) {
            case JobAssigned(var _, var _, var at, var attempt, var _, var _) -> {
                if (attempt.equals(FencingToken.NONE.next())) {
                    queueWait.record(nonNegative(Duration.between(job.request().requestedAt(), at)));
                }
            }
            case JobRequeued requeued ->
                registry.counter("deeptrain.attempts.requeued", "cause", lower(requeued.cause()))
                        .increment();
            case JobSucceeded success -> {
                ended(job, entry, "succeeded", lower(success.completion()));
                compareWithEstimate(job, Duration.ofMillis(success.readingMillis()));
            }
            case JobFailed failure -> ended(job, entry, "failed", lower(failure.fault()));
            case JobCancelled _ -> ended(job, entry, "cancelled", "tenant");
            case JobEvent.JobQueued _,
                    JobEvent.JobStarted _,
                    JobEvent.JobCheckpointed _,
                    JobEvent.JobCancelling _,
                    JobEvent.JobFinishing _ -> {}
        }
    }

    private void ended(JobRecord job, JobEvent end, String outcome, String reason) {
        String template = job.request().spec().template();
        registry.counter("deeptrain.runs", "template", template, "outcome", outcome, "reason", reason)
                .increment();
        Timer.builder("deeptrain.run.duration")
                .description("From the request to the end")
                .tag("template", template)
                .tag("outcome", outcome)
                .register(registry)
                .record(nonNegative(Duration.between(job.request().requestedAt(), end.occurredAt())));
    }

    /** Only of jobs that ran in one go: the reading is that of the last attempt. */
    private void compareWithEstimate(JobRecord job, Duration real) {
        if (job.state().token().equals(FencingToken.NONE.next()) && !real.isZero()) {
            Duration missed = job.request().estimate().minus(real).abs();
            DistributionSummary.builder("deeptrain.estimate.error")
                    .baseUnit("ratio")
                    .description("How far the estimated training time was off, as a share of the real one")
                    .tag("template", job.request().spec().template())
                    .register(registry)
                    .record((double) missed.toMillis() / real.toMillis());
        }
    }

    private static String detail(JobEvent entry) {
        return switch (entry) {
            case JobAssigned assigned -> "to worker " + assigned.workerId();
            case JobRequeued requeued -> requeued.cause() + ", " + requeued.detail();
            case JobFailed failure -> failure.fault() + ", " + failure.code() + ", " + failure.message();
            case JobSucceeded success -> "after " + success.readingMillis() + " ms";
            case JobCancelled cancelled -> "after " + cancelled.readingMillis() + " ms";
            case JobEvent.JobQueued queued -> "of " + queued.tenant();
            case JobEvent.JobStarted started ->
                "from " + started.origin().getClass().getSimpleName();
            case JobEvent.JobCheckpointed kept -> "at step " + kept.checkpoint().step();
            case JobEvent.JobCancelling cancelling -> "as of " + cancelling.cancelledAt();
            case JobEvent.JobFinishing finishing -> "after " + finishing.readingMillis() + " ms";
        };
    }

    private static int busy(WorkerView worker) {
        return worker.gpus() - worker.gpusFree();
    }

    private static int free(WorkerView worker) {
        return worker.readiness() == Readiness.ACCEPTING ? worker.gpusFree() : 0;
    }

    private static int draining(WorkerView worker) {
        return worker.readiness() == Readiness.ACCEPTING ? 0 : worker.gpusFree();
    }

    private static double sum(SchedulerView view, ToDoubleFunction<WorkerView> gpus) {
        return view.fleet().stream().mapToDouble(gpus).sum();
    }

    private void gauge(
            String name,
            String label,
            String value,
            Supplier<SchedulerView> view,
            ToDoubleFunction<SchedulerView> read) {
        Gauge.builder(name, () -> read.applyAsDouble(view.get()))
                .tag(label, value)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static Duration nonNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
