package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Fault;
import io.deeptrain.event.Tenant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The ids that callers give, checked, and those that they leave to us. */
final class Ids {
    private static final int LENGTH_MAX = 128;
    private static final int SUFFIX_LENGTH = 12;

    private Ids() {}

    static String fresh() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** The id that was given, or a fresh one. */
    static String givenOrFresh(String field, String given) {
        return given.isEmpty() ? fresh() : checked(field, given);
    }

    /** An id that begins like one that is taken, and that nobody else has. */
    static String suffixed(String taken) {
        String suffix = "-" + fresh().substring(0, SUFFIX_LENGTH);
        return taken.substring(0, Math.min(taken.length(), LENGTH_MAX - suffix.length())) + suffix;
    }

    static String checked(String field, String given) {
        fault(field, given).ifPresent(fault -> {
            throw new Refusal(fault.status(), List.of(fault.violation()));
        });
        return given;
    }

    /** What is wrong with an id, if anything is. */
    static Optional<Fault> fault(String field, String given) {
        return given.isBlank() || given.length() > LENGTH_MAX || given.chars().anyMatch(Character::isISOControl)
                ? Optional.of(Fault.of(
                        StatusCode.BAD_REQUEST_FORMAT,
                        field,
                        "'%s'".formatted(printable(given)),
                        "an id of 1 to %d characters, none of them a control character".formatted(LENGTH_MAX)))
                : Optional.empty();
    }

    static Tenant tenant(String userId, String appId) {
        return new Tenant(userId, checked("user_app_id.app_id", appId));
    }

    private static String printable(String given) {
        String cut = given.length() > LENGTH_MAX ? given.substring(0, LENGTH_MAX) + "..." : given;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
