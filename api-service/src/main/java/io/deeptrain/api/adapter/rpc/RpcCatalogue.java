package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Authenticator;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.contract.ServiceProto;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts the calls of all families into the one table that both doors use. */
@Dependent
class RpcCatalogue {
    private static final String SERVICE = "V2";

    @Produces
    @Singleton
    RpcTable table(
            Authenticator authenticator,
            AppCalls apps,
            KeyCalls keys,
            InputCalls inputs,
            AddJobCalls addJobs,
            AnnotationCalls annotations,
            DatasetCalls datasets,
            DatasetVersionCalls datasetVersions,
            SearchCalls searches,
            BulkCalls bulks,
            UploadCalls uploads,
            DataSourceCalls dataSources,
            ConceptCalls concepts,
            ModelTypeCalls modelTypes,
            ModelCalls models,
            ModelContentCalls modelContents,
            TrainingCalls trainings,
            EstimateCalls estimates,
            VersionCalls versions,
            EvaluationCalls evaluations,
            PredictionCalls predictions,
            WorkflowCalls workflows,
            WorkflowVersionCalls workflowVersions,
            ExportCalls exports,
            LogCalls logs,
            WorkflowResultCalls workflowResults,
            StatusCodeCalls statusCodes) {
        RpcTable.Builder table =
                RpcTable.of(ServiceProto.getDescriptor().findServiceByName(SERVICE), RpcCatalogue::emptyMessage);
        apps.addTo(table);
        keys.addTo(table);
        inputs.addTo(table);
        addJobs.addTo(table);
        annotations.addTo(table);
        datasets.addTo(table);
        datasetVersions.addTo(table);
        searches.addTo(table);
        bulks.addTo(table);
        uploads.addTo(table);
        dataSources.addTo(table);
        concepts.addTo(table);
        modelTypes.addTo(table);
        models.addTo(table);
        modelContents.addTo(table);
        trainings.addTo(table);
        estimates.addTo(table);
        versions.addTo(table);
        evaluations.addTo(table);
        predictions.addTo(table);
        workflows.addTo(table);
        workflowVersions.addTo(table);
        exports.addTo(table);
        logs.addTo(table);
        workflowResults.addTo(table);
        statusCodes.addTo(table);
        return table.build(authenticator);
    }

    /** The generated class of a message is found by the name that the generator gives it. */
    private static Message emptyMessage(Descriptor type) {
        String className = type.getFile().getOptions().getJavaPackage() + "." + type.getName();
        try {
            return (Message)
                    Class.forName(className).getMethod("getDefaultInstance").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no generated class for " + type.getFullName(), e);
        }
    }
}
