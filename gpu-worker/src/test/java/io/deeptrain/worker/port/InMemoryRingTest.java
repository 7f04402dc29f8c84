package io.deeptrain.worker.port;

import java.time.Duration;
import java.util.List;

class InMemoryRingTest extends RingLinkContract {
    @Override
    protected List<RingLink> ring(int ranks, Duration silenceMax) {
        return InMemoryRing.of(ranks, silenceMax);
    }
}
