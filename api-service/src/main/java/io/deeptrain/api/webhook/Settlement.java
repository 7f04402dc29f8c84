package io.deeptrain.api.webhook;

import java.time.Duration;

/** What becomes of a message to a server after one attempt to deliver it. */
public sealed interface Settlement {
    /** The server took it. */
    record Delivered() implements Settlement {}

    /** It is sent again after a pause. */
    record Again(Duration pause, String reason) implements Settlement {}

    /** It was sent often enough. */
    record GivenUp(String reason) implements Settlement {}

    /** The server wants no more of anything: it is told nothing from now on. */
    record Unwanted(String reason) implements Settlement {}
}
