package io.deeptrain.scheduler.queue;

import io.deeptrain.scheduler.queue.Contender.Claimant;
import io.deeptrain.scheduler.queue.Contender.Holder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which running jobs make room for a waiting one.
 *
 * <p>A job makes room only for one whose {@link Standing} is higher, and for another tenant's only if its own holds no
 * less afterwards, unless class or guarantee decide. That is why preemption cannot go round in circles: sort the
 * standings of all running jobs, the highest first. Each preemption takes some out and puts a higher one in before
 * them, each start puts one in, so that the sorted list only gets higher; and there are only so many lists. A standing
 * itself changes only as a job works: it rises, or falls if the job's estimate proves wrong. As that can go on for as
 * long as jobs run, each of them makes room {@link #perJobMax} times at most.
 *
 * @param hysteresis a job must be due earlier than a running one even with so many times its patience
 * @param runMin an attempt is left alone for so long
 * @param perJobMax so often at most a job makes room
 * @param restart what it costs to start an attempt again
 */
public record Preemption(double hysteresis, Duration runMin, int perJobMax, Duration restart) {
    public static final Preemption STANDARD = new Preemption(1.5, Duration.ofMinutes(1), 64, Duration.ofSeconds(30));

    /** Nobody ever makes room. */
    public static final Preemption NEVER = new Preemption(1, Duration.ZERO, 0, Duration.ZERO);

    public Preemption {
        if (!(hysteresis >= 1)) {
            throw new IllegalArgumentException("hysteresis must be 1 or more: " + hysteresis);
        }
        if (runMin.isNegative() || perJobMax < 0 || restart.isNegative()) {
            throw new IllegalArgumentException("minimum run time, budget and restart cannot be negative: %s, %d, %s"
                    .formatted(runMin, perJobMax, restart));
        }
    }

    /** How tenants stand to one another, see {@link JobQueue#staysAhead}. */
    public interface Shares {
        /**
         * Whether the holder's tenant, with so many thousandths of GPUs fewer, still holds no less than the claimant's
         * with its job.
         */
        boolean staysAhead(Holder holder, long milliFewer, Claimant claimant);
    }

    /**
     * The cheapest jobs that can make room, none of them in vain; empty if there is no way.
     *
     * @param gpusFree are there already, in the same place
     */
    public List<Holder> victims(Claimant claimant, Collection<Holder> holders, int gpusFree, Shares shares) {
        List<Holder> candidates = holders.stream()
                .filter(holder -> mayMakeRoom(holder, claimant))
                .sorted(Comparator.comparing(
                                (Holder holder) -> holder.standing().priority())
                        .thenComparing(holder -> holder.standing().entitled())
                        .thenComparing(this::lostPerGpu)
                        .thenComparing(Holder::standing, Comparator.reverseOrder()))
                .toList();
        List<Holder> chosen = new ArrayList<>();
        int gpus = gpusFree;
        for (Holder candidate : candidates) {
            if (gpus >= claimant.shape().gpus()) {
                break;
            }
            if (isFair(candidate, chosen, claimant, shares)) {
                chosen.add(candidate);
                gpus += candidate.gpusHere();
            }
        }
        return gpus < claimant.shape().gpus()
                ? List.of()
                : withoutSuperfluous(chosen, gpus - claimant.shape().gpus());
    }

    private boolean mayMakeRoom(Holder holder, Claimant claimant) {
        return claimant.standing().displaces(holder.standing(), hysteresis)
                && holder.ranFor().compareTo(runMin) >= 0
                && holder.preemptions() < perJobMax
                && holder.shape().gpuClass().equals(claimant.shape().gpuClass());
    }

    private static boolean isFair(Holder holder, List<Holder> chosen, Claimant claimant, Shares shares) {
        boolean isDecided = holder.standing().priority() != claimant.standing().priority()
                || holder.standing().entitled() != claimant.standing().entitled();
        if (isDecided || holder.tenant().equals(claimant.tenant())) {
            return true;
        }
        long fewer = holder.shape().gpuMilli();
        for (Holder other : chosen) {
            if (other.tenant().equals(holder.tenant())) {
                fewer += other.shape().gpuMilli();
            }
        }
        return shares.staysAhead(holder, fewer, claimant);
    }

    public boolean isEverAllowed() {
        return perJobMax > 0;
    }

    /** What it costs if these make room, in GPUs times milliseconds. */
    public long lostGpuMillis(Collection<Holder> victims) {
        return victims.stream()
                .mapToLong(victim -> victim.shape().gpus() * lostPerGpu(victim).toMillis())
                .sum();
    }

    /** In time; as many GPUs as a job has, so many times it is lost. */
    private Duration lostPerGpu(Holder holder) {
        return holder.unsaved().plus(restart);
    }

    private static List<Holder> withoutSuperfluous(List<Holder> chosen, int gpusTooMany) {
        List<Holder> needed = new ArrayList<>();
        int spare = gpusTooMany;
        for (Holder holder : chosen.reversed()) {
            if (holder.gpusHere() <= spare) {
                spare -= holder.gpusHere();
            } else {
                needed.addFirst(holder);
            }
        }
        return List.copyOf(needed);
    }
}
