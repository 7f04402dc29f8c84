package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values of any kind as the contract writes them, and back. */
final class Values {
    private Values() {}

    static Value of(Object value) {
        return switch (value) {
            case Boolean flag -> Value.newBuilder().setBoolValue(flag).build();
            case Number number ->
                Value.newBuilder().setNumberValue(number.doubleValue()).build();
            case List<?> list ->
                Value.newBuilder()
                        .setListValue(ListValue.newBuilder()
                                .addAllValues(list.stream().map(Values::of).toList()))
                        .build();
            default -> Value.newBuilder().setStringValue(value.toString()).build();
        };
    }

    /** A value of no kind is one that a published client lost on the way: it is as if it were not there. */
    static Map<String, Object> read(Struct struct) {
        Map<String, Object> values = new TreeMap<>();
        for (Map.Entry<String, Value> entry : struct.getFieldsMap().entrySet()) {
            if (entry.getValue().getKindCase() != Value.KindCase.NULL_VALUE
                    && entry.getValue().getKindCase() != Value.KindCase.KIND_NOT_SET) {
                values.put(entry.getKey(), read(entry.getValue()));
            }
        }
        return values;
    }

    private static Object read(Value value) {
        return switch (value.getKindCase()) {
            case NUMBER_VALUE -> value.getNumberValue();
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> "an object";
            case LIST_VALUE ->
                value.getListValue().getValuesList().stream().map(Values::read).toList();
            case NULL_VALUE, KIND_NOT_SET -> "nothing";
        };
    }
}
