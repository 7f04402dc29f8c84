package io.deeptrain.api.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.api.violation.Violation;
import io.deeptrain.api.workflow.Graph.Broken;
import io.deeptrain.api.workflow.Graph.Ordered;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GraphTest {

    @Test
    void a_node_runs_after_those_that_feed_it_and_else_in_the_given_order() {
        Node last = node("last", "left", "right");
        Node left = node("left", "first");
        Node right = node("right", "first");
        Node first = node("first");
        Node alone = node("alone");
        assertThat(Graph.of(List.of(last, left, right, first, alone)))
                .isEqualTo(new Ordered(List.of(first, left, right, last, alone)));
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThat(messages(new Node("a", "", "", List.of()), node("a", "nowhere"), node(" "), node("self", "self")))
                .containsExactly(
                        "nodes[0].model.id is '' but must be the id of a model of this app",
                        "nodes[1].id is 'a' but must be an id that no other node has",
                        "nodes[1].node_inputs.node_id is 'nowhere' but must be the id of another node",
                        "nodes[2].id is ' ' but must be an id that no other node has",
                        "nodes[3].node_inputs.node_id is 'self' but must be the id of another node");
    }

    @Test
    void nodes_that_wait_for_each_other_are_named() {
        assertThat(messages(node("ok"), node("a", "b", "ok"), node("b", "a")))
                .containsExactly(
                        "nodes.node_inputs is 'a', 'b' but must be free of cycles, and these nodes wait for each other");
    }

    @Test
    void a_workflow_has_some_nodes_and_not_too_many() {
        assertThat(messages()).containsExactly("nodes is 0 nodes but must be 1 to 50 nodes");
        List<Node> many = IntStream.range(0, 51).mapToObj(i -> node("n" + i)).toList();
        assertThat(Graph.of(many)).isInstanceOf(Broken.class);
        assertThat(Graph.of(many.subList(0, 50))).isEqualTo(new Ordered(many.subList(0, 50)));
    }

    private static List<String> messages(Node... nodes) {
        return ((Broken) Graph.of(List.of(nodes)))
                .violations().stream().map(Violation::message).toList();
    }

    private static Node node(String id, String... inputs) {
        return new Node(id, "m", "", List.of(inputs));
    }
}
