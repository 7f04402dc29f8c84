package io.deeptrain.api.workflow;

import java.util.List;

/**
 * A model at work in a workflow.
 *
 * @param modelVersionId empty for the newest that is trained
 * @param inputs the nodes whose output goes in; none for what the workflow is run on
 */
public record Node(String id, String modelId, String modelVersionId, List<String> inputs) {
    public Node {
        inputs = List.copyOf(inputs);
    }
}
