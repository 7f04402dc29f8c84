package io.deeptrain.api.adapter.kafka;

import io.deeptrain.messaging.adapter.kafka.Retrying;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

/** What is tried again is tried until the service ends. */
@ApplicationScoped
class RetryingUntilShutdown {
    private final Retrying retrying = new Retrying();

    @Produces
    @Singleton
    Retrying retrying() {
        return retrying;
    }

    /** Ends the trying before anything that it needs is closed. */
    void end(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        retrying.close();
    }
}
