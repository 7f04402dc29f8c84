package io.deeptrain.api.acceptance;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way to make a call over REST.
 *
 * @param pattern a path with dotted field names in braces
 * @param hasBody whether the request is in the body; otherwise what is not in the path is in the query
 */
record Binding(String httpMethod, String pattern, boolean hasBody) {
    static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    /** All ways to make a call, as the contract has them. */
    static List<Binding> of(MethodDescriptor method) {
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        List<Binding> bindings = new ArrayList<>();
        bindings.add(of(rule));
        rule.getAdditionalBindingsList().forEach(additional -> bindings.add(of(additional)));
        return bindings;
    }

    private static Binding of(HttpRule rule) {
        boolean hasBody = !rule.getBody().isEmpty();
        return switch (rule.getPatternCase()) {
            case GET -> new Binding("GET", rule.getGet(), hasBody);
            case POST -> new Binding("POST", rule.getPost(), hasBody);
            case PUT -> new Binding("PUT", rule.getPut(), hasBody);
            case PATCH -> new Binding("PATCH", rule.getPatch(), hasBody);
            case DELETE -> new Binding("DELETE", rule.getDelete(), hasBody);
            case CUSTOM, PATTERN_NOT_SET -> throw new IllegalStateException("no method: " + rule);
        };
    }

    /** The dotted names of the fields that are in the path. */
    List<String> variables() {
        List<String> variables = new ArrayList<>();
        Matcher matcher = VARIABLE.matcher(pattern);
        while (matcher.find()) {
            variables.add(matcher.group(1));
        }
        return variables;
    }
}
