package io.deeptrain.api.adapter.rest;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.deeptrain.api.adapter.door.PublishedRoute;
import io.deeptrain.api.adapter.door.RpcTable.Entry;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds the call that a path and method mean, from the {@code google.api.http} rules of the contract.
 *
 * <p>It is a tree of path segments in which a literal is tried before a variable, so that {@code /models/types} is
 * never taken for the model named {@code types}. The paths of published calls that are not in our contract are in it as
 * well, and for the same reason.
 */
final class RouteTable {
    /** A call and the values that the path gives to fields of its request, by their dotted names. */
    record Match(Entry entry, Map<String, String> variables) {
        Match {
            variables = Map.copyOf(variables);
        }
    }

    /** What a path leads to. */
    sealed interface Result {
        record Found(Match match) implements Result {}

        /** A published call of this name, which is not in our contract. */
        record Unserved(String call) implements Result {}

        /** The path exists, but not with this method. */
        record WrongMethod(List<String> allowed) implements Result {}

        record NoSuchPath() implements Result {}
    }

    private record Target(Entry entry, List<String> variables) {}

    private static final String VARIABLE = "{";

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        final Map<String, Target> targets = new HashMap<>();
        final Map<String, String> unserved = new HashMap<>();
        Optional<Node> variable = Optional.empty();
    }

    private final Node root = new Node();

    RouteTable(List<Entry> entries, List<PublishedRoute> published) {
        for (Entry entry : entries) {
            for (HttpRule rule : rulesOf(entry.method())) {
                add(rule, entry);
            }
        }
        Set<String> served = entries.stream().map(Entry::name).collect(Collectors.toSet());
        for (PublishedRoute route : published) {
            if (!served.contains(route.call())) {
                at(route.path(), new ArrayList<>()).unserved.putIfAbsent(route.httpMethod(), route.call());
            }
        }
    }

    Result find(String httpMethod, String path) {
        List<String> segments;
        try {
            segments = segments(path);
        } catch (IllegalArgumentException malformedEscape) {
            return new Result.NoSuchPath();
        }
        List<Node> nodes = new ArrayList<>();
        List<List<String>> values = new ArrayList<>();
        walk(root, segments, 0, new ArrayList<>(), nodes, values);
        TreeSet<String> allowed = new TreeSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            Target target = nodes.get(i).targets.get(httpMethod);
            if (target != null) {
                Map<String, String> variables = new HashMap<>();
                for (int v = 0; v < target.variables().size(); v++) {
                    variables.put(target.variables().get(v), values.get(i).get(v));
                }
                return new Result.Found(new Match(target.entry(), variables));
            }
            String unserved = nodes.get(i).unserved.get(httpMethod);
            if (unserved != null) {
                return new Result.Unserved(unserved);
            }
            allowed.addAll(nodes.get(i).targets.keySet());
        }
        return allowed.isEmpty() ? new Result.NoSuchPath() : new Result.WrongMethod(List.copyOf(allowed));
    }

    /** Collects every node that the whole path leads to, the most literal one first. */
    private static void walk(
            Node node, List<String> segments, int at, List<String> taken, List<Node> nodes, List<List<String>> values) {
        if (at == segments.size()) {
            nodes.add(node);
            values.add(List.copyOf(taken));
            return;
        }
        Node literal = node.literals.get(segments.get(at));
        if (literal != null) {
            walk(literal, segments, at + 1, taken, nodes, values);
        }
        node.variable.ifPresent(variable -> {
            List<String> more = new ArrayList<>(taken);
            more.add(segments.get(at));
            walk(variable, segments, at + 1, more, nodes, values);
        });
    }

    private void add(HttpRule rule, Entry entry) {
        String httpMethod;
        String pattern;
        switch (rule.getPatternCase()) {
            case GET -> {
                httpMethod = "GET";
                pattern = rule.getGet();
            }
            case POST -> {
                httpMethod = "POST";
                pattern = rule.getPost();
            }
            case PUT -> {
                httpMethod = "PUT";
                pattern = rule.getPut();
            }
            case PATCH -> {
                httpMethod = "PATCH";
                pattern = rule.getPatch();
            }
            case DELETE -> {
                httpMethod = "DELETE";
                pattern = rule.getDelete();
            }
            default -> throw new IllegalStateException("%s has an HTTP rule without a method".formatted(entry.name()));
        }
        List<String> variables = new ArrayList<>();
        Node node = at(pattern, variables);
        Target clash = node.targets.putIfAbsent(httpMethod, new Target(entry, List.copyOf(variables)));
        if (clash != null) {
            throw new IllegalStateException("%s %s leads to both %s and %s"
                    .formatted(httpMethod, pattern, clash.entry().name(), entry.name()));
        }
    }

    /** The node that a pattern ends at, made if it is not there, and the names of the pattern's variables. */
    private Node at(String pattern, List<String> variables) {
        Node node = root;
        for (String segment : pattern.substring(1).split("/", -1)) {
            if (segment.startsWith(VARIABLE)) {
                variables.add(segment.substring(1, segment.length() - 1));
                if (node.variable.isEmpty()) {
                    node.variable = Optional.of(new Node());
                }
                node = node.variable.get();
            } else {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        return node;
    }

    private static List<HttpRule> rulesOf(MethodDescriptor method) {
        if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
            return List.of();
        }
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        List<HttpRule> rules = new ArrayList<>();
        rules.add(rule);
        rules.addAll(rule.getAdditionalBindingsList());
        return rules;
    }

    /** The decoded segments; a slash at the end means nothing. */
    private static List<String> segments(String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        List<String> segments = new ArrayList<>();
        for (String segment : trimmed.substring(1).split("/", -1)) {
            // In a path a plus is a plus.
            segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
        }
        return segments;
    }
}
