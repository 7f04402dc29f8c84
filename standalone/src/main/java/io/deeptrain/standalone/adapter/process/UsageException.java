package io.deeptrain.standalone.adapter.process;

/** Something that the user can put right. The message is one sentence that says how. */
final class UsageException extends Exception {
    UsageException(String message) {
        super(message);
    }
}
