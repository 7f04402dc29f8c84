package io.deeptrain.scheduler.control;

import java.util.Map;
import java.util.TreeMap;

/** What becomes of an {@link Order}. */
public sealed interface Answer {
    /** It is done, or begun, and written down. What was and what is now, by field; equal if nothing changed. */
    record Done(Map<String, String> before, Map<String, String> after) implements Answer {
        public Done {
            before = new TreeMap<>(before);
            after = new TreeMap<>(after);
        }
    }

    /** Nothing happened. */
    record Refused(Cause cause, String words) implements Answer {}

    enum Cause {
        /** What it is about is not there. */
        NOT_THERE,
        /** It cannot be, as things are. */
        CONFLICT
    }
}
