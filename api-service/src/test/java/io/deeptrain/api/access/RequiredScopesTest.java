package io.deeptrain.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.MethodDescriptor;
import io.deeptrain.contract.ServiceProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequiredScopesTest {
    @ParameterizedTest(name = "{0} needs {1}")
    @CsvSource({
        "PostModelVersions, Models_Train",
        "PostModels, Models_Add",
        "PatchModels, Models_Add",
        "DeleteModelVersion, Models_Delete",
        "PostModelOutputs, Predict",
        "PostWorkflowResults, Predict",
        "PostModelVersionsTrainingTimeEstimate, Models_Get",
        "PostModelVersionMetrics, Metrics_Add",
        "GetModelVersionMetrics, Metrics_Get",
        "PostModelsSearches, Models_Get",
        "PostInputsSearches, Search",
        "PostInputsUploads, Uploads_Add",
        "CancelInputsAddJob, Inputs_Add",
        "DeleteAnnotations, Annotations_Delete",
        "ListAppKeys, Keys_Get",
        "PostKeys, Keys_Add"
    })
    void a_call_needs_the_scope_of_what_it_does(String call, String scope) {
        assertThat(RequiredScopes.of(call).map(Scope::publicName)).contains(scope);
    }

    @Test
    void every_call_of_the_contract_has_one() {
        List<MethodDescriptor> calls =
                ServiceProto.getDescriptor().findServiceByName("V2").getMethods();
        assertThat(calls)
                .isNotEmpty()
                .allSatisfy(call ->
                        assertThatCode(() -> RequiredScopes.of(call.getName())).doesNotThrowAnyException());
    }

    @Test
    void a_call_of_no_known_family_is_never_open_by_mistake() {
        assertThatThrownBy(() -> RequiredScopes.of("PostRockets")).isInstanceOf(IllegalArgumentException.class);
    }
}
