package io.deeptrain.worker.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * One operation of an ONNX graph.
 *
 * @param operator as the standard names it, as in {@code Conv}
 * @param inputs names of values, in the operator's order
 * @param output name of the value that it computes; the node has the same name
 */
record OnnxNode(String operator, List<String> inputs, String output, List<Attribute> attributes) {
    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int NAME = 3;
    private static final int OPERATOR = 4;
    private static final int ATTRIBUTE = 5;

    /** A setting of an operator that is known when the graph is written. */
    sealed interface Attribute {
        String name();

        record Whole(String name, long value) implements Attribute {}

        record Real(String name, float value) implements Attribute {}

        record Text(String name, String value) implements Attribute {}

        record Wholes(String name, List<Integer> values) implements Attribute {}
    }

    OnnxNode {
        inputs = List.copyOf(inputs);
        attributes = List.copyOf(attributes);
    }

    static OnnxNode of(String operator, String input, String output, Attribute... attributes) {
        return new OnnxNode(operator, List.of(input), output, List.of(attributes));
    }

    static OnnxNode of(String operator, List<String> inputs, String output, Attribute... attributes) {
        return new OnnxNode(operator, inputs, output, List.of(attributes));
    }

    /** The names of inputs, one after the other. */
    static List<String> joined(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    Message message() {
        Message message = new Message()
                .texts(INPUT, inputs)
                .text(OUTPUT, output)
                .text(NAME, output)
                .text(OPERATOR, operator);
        attributes.forEach(attribute -> message.message(ATTRIBUTE, message(attribute)));
        return message;
    }

    /** Name, value and kind of value: the standard numbers the kinds and has a field for each. */
    private static Message message(Attribute attribute) {
        Message message = new Message().text(1, attribute.name());
        return switch (attribute) {
            case Attribute.Real(var _, float value) -> message.real(2, value).number(20, 1);
            case Attribute.Whole(var _, long value) -> message.number(3, value).number(20, 2);
            case Attribute.Text(var _, String value) -> message.text(4, value).number(20, 3);
            case Attribute.Wholes(var _, List<Integer> values) ->
                message.numbers(8, values).number(20, 7);
        };
    }
}
