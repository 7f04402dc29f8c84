package io.deeptrain.api.adapter.rpc;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Has expired uploads forgotten now, and not only at the next full hour. */
@ApplicationScoped
public class Sweep {
    @Inject
    ExtractionWorker worker;

    public void now() {
        worker.clean();
    }
}
