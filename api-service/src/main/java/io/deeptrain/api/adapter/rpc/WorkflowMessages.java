package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Workflows.StoredWorkflow;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.workflow.Node;
import io.deeptrain.contract.NodeInput;
import io.deeptrain.contract.Workflow;
import io.deeptrain.contract.WorkflowNode;
import io.deeptrain.contract.WorkflowVersion;
import java.util.List;
import java.util.stream.Stream;

/** Workflows as the contract shows them. */
final class WorkflowMessages {
    private WorkflowMessages() {}

    static Workflow document(StoredWorkflow workflow) {
        try {
            return Workflow.parseFrom(workflow.document());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the document of workflow %s cannot be read".formatted(workflow.id()), e);
        }
    }

    static Workflow message(StoredWorkflow workflow) {
        Workflow document = document(workflow);
        return document.toBuilder()
                .setId(workflow.id())
                .setUserId(workflow.tenant().userId())
                .setAppId(workflow.tenant().appId())
                .setCreatedAt(Times.stamp(workflow.createdAt()))
                .setModifiedAt(Times.stamp(workflow.modifiedAt()))
                .setVersion(version(workflow))
                .build();
    }

    static WorkflowVersion version(StoredWorkflow workflow) {
        return WorkflowVersion.newBuilder()
                .setId(workflow.revisionId())
                .setWorkflowId(workflow.id())
                .setUserId(workflow.tenant().userId())
                .setAppId(workflow.tenant().appId())
                .setModifiedAt(Times.stamp(workflow.modifiedAt()))
                .addAllNodes(document(workflow).getNodesList())
                .build();
    }

    /** The node with its inputs in the newer form only. */
    static WorkflowNode inNewForm(WorkflowNode node) {
        if (node.getInput().getNodeId().isEmpty()) {
            return node.toBuilder().clearInput().build();
        }
        return node.toBuilder()
                .clearInput()
                .clearNodeInputs()
                .addAllNodeInputs(Stream.concat(
                                node.getNodeInputsList().stream().map(NodeInput::getNodeId),
                                Stream.of(node.getInput().getNodeId()))
                        .distinct()
                        .map(id -> NodeInput.newBuilder().setNodeId(id).build())
                        .toList())
                .build();
    }

    static List<Node> nodes(Workflow document) {
        return document.getNodesList().stream()
                .map(node -> new Node(
                        node.getId(),
                        node.getModel().getId(),
                        node.getModel().getModelVersion().getId(),
                        node.getNodeInputsList().stream()
                                .map(NodeInput::getNodeId)
                                .toList()))
                .toList();
    }

    static Refusal noWorkflow(String id) {
        return new Refusal(StatusCode.WORKFLOW_DOES_NOT_EXIST, "Workflow '%s' does not exist".formatted(id));
    }
}
