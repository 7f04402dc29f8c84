package io.deeptrain.api.acceptance;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What tests do to the fields of messages whose type they do not know. */
final class Fields {
    private static final String PATH_SEPARATOR = "\\.";

    private Fields() {}

    /** The message with every text in it, however deep, replaced. */
    static Message withTexts(Message message, UnaryOperator<String> replacement) {
        Message.Builder changed = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.isRepeated()) {
                List<?> values = (List<?>) entry.getValue();
                for (int i = 0; i < values.size(); i++) {
                    changed.setRepeatedField(field, i, withTexts(field, values.get(i), replacement));
                }
            } else {
                changed.setField(field, withTexts(field, entry.getValue(), replacement));
            }
        }
        return changed.build();
    }

    private static Object withTexts(FieldDescriptor field, Object value, UnaryOperator<String> replacement) {
        return switch (field.getJavaType()) {
            case STRING -> replacement.apply((String) value);
            case MESSAGE -> withTexts((Message) value, replacement);
            default -> value;
        };
    }

    /** The message without its times, which no two calls share. */
    static Message withoutTimes(Message message) {
        Message.Builder changed = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != JavaType.MESSAGE) {
                continue;
            }
            if (field.getMessageType().equals(Timestamp.getDescriptor())) {
                changed.clearField(field);
            } else if (field.isRepeated()) {
                List<?> values = (List<?>) entry.getValue();
                for (int i = 0; i < values.size(); i++) {
                    changed.setRepeatedField(field, i, withoutTimes((Message) values.get(i)));
                }
            } else {
                changed.setField(field, withoutTimes((Message) entry.getValue()));
            }
        }
        return changed.build();
    }

    /** The message with all lists of messages in one order: those of one instant are in none that is theirs. */
    static Message sorted(Message message) {
        Message.Builder changed = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != JavaType.MESSAGE) {
                continue;
            }
            if (field.isRepeated()) {
                changed.clearField(field);
                ((List<?>) entry.getValue())
                        .stream()
                                .map(item -> sorted((Message) item))
                                .sorted(Comparator.comparing(Message::toString))
                                .forEach(item -> changed.addRepeatedField(field, item));
            } else {
                changed.setField(field, sorted((Message) entry.getValue()));
            }
        }
        return changed.build();
    }

    static Message with(Message message, String dottedName, String text) {
        return with(message, Arrays.asList(dottedName.split(PATH_SEPARATOR, -1)), text);
    }

    private static Message with(Message message, List<String> path, String text) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(path.getFirst());
        Object value = path.size() == 1
                ? ofKind(field, text)
                : with((Message) message.getField(field), path.subList(1, path.size()), text);
        return message.toBuilder().setField(field, value).build();
    }

    private static Object ofKind(FieldDescriptor field, String text) {
        return switch (field.getJavaType()) {
            case STRING -> text;
            case ENUM -> field.getEnumType().getValues().getLast();
            default -> throw new IllegalStateException("no text can be in the path for " + field.getFullName());
        };
    }

    static String text(Message message, String dottedName) {
        String[] names = dottedName.split(PATH_SEPARATOR, -1);
        Message at = message;
        for (int i = 0; i < names.length - 1; i++) {
            at = (Message) at.getField(at.getDescriptorForType().findFieldByName(names[i]));
        }
        return String.valueOf(at.getField(at.getDescriptorForType().findFieldByName(names[names.length - 1])));
    }
}
