package io.deeptrain.api.workflow;

import io.deeptrain.api.violation.Violation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The nodes of a workflow in an order in which each comes after those that feed it; or all that is wrong with them. */
public sealed interface Graph {
    int NODES_MAX = 50;

    /** The nodes in the order in which they run; among those that could run, in the order in which they were given. */
    record Ordered(List<Node> nodes) implements Graph {
        public Ordered {
            nodes = List.copyOf(nodes);
        }
    }

    record Broken(List<Violation> violations) implements Graph {
        public Broken {
            violations = List.copyOf(violations);
        }
    }

    static Graph of(List<Node> nodes) {
        if (nodes.isEmpty() || nodes.size() > NODES_MAX) {
            return new Broken(List.of(wrong("nodes", nodes.size() + " nodes", "1 to %d nodes".formatted(NODES_MAX))));
        }
        List<Violation> violations = new ArrayList<>();
        Set<String> all = nodes.stream().map(Node::id).collect(Collectors.toSet());
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            String field = "nodes[%d]".formatted(i);
            if (node.id().isBlank() || !seen.add(node.id())) {
                violations.add(wrong(field + ".id", quoted(node.id()), "an id that no other node has"));
            }
            if (node.modelId().isBlank()) {
                violations.add(wrong(field + ".model.id", quoted(node.modelId()), "the id of a model of this app"));
            }
            for (String input : node.inputs()) {
                if (!all.contains(input) || input.equals(node.id())) {
                    violations.add(wrong(field + ".node_inputs.node_id", quoted(input), "the id of another node"));
                }
            }
        }
        return violations.isEmpty() ? ordered(nodes) : new Broken(violations);
    }

    private static Graph ordered(List<Node> nodes) {
        List<Node> waiting = new ArrayList<>(nodes);
        List<Node> ordered = new ArrayList<>();
        Set<String> done = new LinkedHashSet<>();
        while (!waiting.isEmpty()) {
            Optional<Node> next = waiting.stream()
                    .filter(node -> done.containsAll(node.inputs()))
                    .findFirst();
            if (next.isEmpty()) {
                return new Broken(List.of(wrong(
                        "nodes.node_inputs",
                        waiting.stream().map(node -> quoted(node.id())).collect(Collectors.joining(", ")),
                        "free of cycles, and these nodes wait for each other")));
            }
            waiting.remove(next.get());
            ordered.add(next.get());
            done.add(next.get().id());
        }
        return new Ordered(ordered);
    }

    private static String quoted(String id) {
        return "'" + id + "'";
    }

    private static Violation wrong(String field, String value, String legal) {
        return new Violation(field, value, legal, Optional.empty());
    }
}
