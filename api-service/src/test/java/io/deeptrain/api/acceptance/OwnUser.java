package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.postgres.Keys;
import io.deeptrain.event.ChargeEvent.ChargeDivided;
import io.deeptrain.event.ChargeEvent.ChargePosted;
import io.deeptrain.event.ChargeEvent.ChargeUpdated;
import io.deeptrain.event.ChargeEvent.MonthPart;
import io.deeptrain.event.ChargeEvent.Statement;
import io.deeptrain.event.Event;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.Tenant;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A user of one test's own, whose money nobody else spends. */
record OwnUser(Rest rest, String id) {
    static OwnUser fresh(URI base, Keys keys) {
        String id = "user-" + UUID.randomUUID();
        String key = "key-" + UUID.randomUUID();
        keys.keep(key, new Caller(id, Optional.empty()), "", Instant.now(), Optional.empty());
        return new OwnUser(new Rest(base, key), id);
    }

    /** An app with a model {@code m} that can be trained. */
    OwnApp app(String appId) {
        assertThat(rest.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(appId))
                        .code())
                .isEqualTo(10000);
        OwnApp app = new OwnApp(rest, appId);
        app.labelledInputs();
        app.create("m", "");
        return app;
    }

    /** What billing says of a job: the charge, and how it lies in the months. */
    Event[] stated(OwnApp app, String job, long revision, boolean isFinal, Instant at, MonthPart... parts) {
        JobId jobId = new JobId(job);
        Tenant tenant = new Tenant(id, app.id());
        long seconds =
                List.of(parts).stream().mapToLong(MonthPart::billedSeconds).sum();
        long cents = List.of(parts).stream().mapToLong(MonthPart::amountCents).sum();
        Statement statement = new Statement(new Rate(400, "USD"), 1, seconds, cents, List.of());
        return new Event[] {
            isFinal
                    ? new ChargePosted(jobId, tenant, revision, statement, at)
                    : new ChargeUpdated(jobId, tenant, revision, statement, at),
            new ChargeDivided(jobId, tenant, revision, List.of(parts), at)
        };
    }
}
