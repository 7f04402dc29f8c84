package io.deeptrain.event;

import java.util.List;

/**
 * How an attempt lies over several workers. One of them leads: it runs rank 0 and speaks for the attempt. The ranks of
 * the partners follow its own, in this order.
 *
 * @param rendezvous host and port where rank 0 waits for the ranks of the partners
 * @param partners at least one
 */
public record Span(String rendezvous, List<Partner> partners) {
    /**
     * A worker that runs some of the ranks.
     *
     * @param incarnation the start of the worker that is meant
     * @param gpus how many ranks it runs
     */
    public record Partner(WorkerId workerId, IncarnationId incarnation, int gpus) {
        public Partner {
            if (gpus < 1) {
                throw new IllegalArgumentException("a partner has at least one GPU: " + gpus);
            }
        }
    }

    public Span {
        partners = List.copyOf(partners);
        if (partners.isEmpty()) {
            throw new IllegalArgumentException("a span has at least one partner");
        }
    }

    /** What the partners have together. */
    public int gpus() {
        return partners.stream().mapToInt(Partner::gpus).sum();
    }
}
