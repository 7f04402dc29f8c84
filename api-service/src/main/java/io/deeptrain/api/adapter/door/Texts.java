package io.deeptrain.api.adapter.door;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.deeptrain.api.status.StatusCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Texts that can be kept and sent, and those that cannot although a request may hold them. */
final class Texts {
    private Texts() {}

    /**
     * Looks at every text of a request, so that none fails only where it is stored or looked up.
     *
     * @throws Refusal if one has a NUL or half a character in it, which no column of the database takes
     */
    static void requireStorable(Message message) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.isRepeated()) {
                ((List<?>) entry.getValue()).forEach(value -> requireStorable(field, value));
            } else {
                requireStorable(field, entry.getValue());
            }
        }
    }

    private static void requireStorable(FieldDescriptor field, Object value) {
        switch (field.getJavaType()) {
            case STRING -> {
                String text = (String) value;
                if (text.indexOf('\0') >= 0 || !text.equals(wellFormed(text))) {
                    throw new Refusal(
                            StatusCode.BAD_REQUEST_FORMAT,
                            field.getName()
                                    + " holds a NUL or half of a surrogate pair but must be a text without them");
                }
            }
            case MESSAGE -> requireStorable((Message) value);
            default -> {}
        }
    }

    /** The text with a question mark for each half of a character. */
    static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
