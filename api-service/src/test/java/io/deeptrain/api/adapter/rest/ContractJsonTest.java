package io.deeptrain.api.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.rest.ContractJson.BadRequestException;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.DatasetVersion;
import io.deeptrain.contract.DatasetVersionMetrics;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.ListInputsRequest;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelTypeField;
import io.deeptrain.contract.ModelTypeField.ModelTypeFieldType;
import io.deeptrain.contract.MultiInputResponse;
import io.deeptrain.contract.MultiTrainingTimeEstimateResponse;
import io.deeptrain.contract.PostInputsRequest;
import io.deeptrain.contract.PostModelsRequest;
import io.deeptrain.contract.TrainInfo;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.contract.status.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractJsonTest {
    private final ContractJson json = new ContractJson(1_000_000);

    @Test
    void a_label_without_a_value_is_positive_and_truth_is_a_number() throws BadRequestException {
        assertThat(concepts("{'id':'a'},{'id':'b','value':true},{'id':'c','value':false},{'id':'d','value':0}"))
                .isEqualTo(List.of(concept("a", 1), concept("b", 1), concept("c", 0), concept("d", 0)));
    }

    @Test
    void nulls_and_unknown_fields_are_nothing() throws BadRequestException {
        assertThat(read(
                        PostInputsRequest.getDefaultInstance(),
                        "{'inputs':[{'id':null,'data':{'image':{'url':'u','crop':[1]}}}]}"))
                .isEqualTo(PostInputsRequest.newBuilder()
                        .addInputs(Input.newBuilder()
                                .setData(Data.newBuilder()
                                        .setImage(Image.newBuilder().setUrl("u"))))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-_8=", "+/8=", "-_8"})
    void bytes_may_be_in_either_alphabet(String base64) throws BadRequestException {
        Message request = read(
                PostInputsRequest.getDefaultInstance(),
                "{'inputs':[{'data':{'image':{'base64':'%s'}}}]}".formatted(base64));

        assertThat(((PostInputsRequest) request)
                        .getInputs(0)
                        .getData()
                        .getImage()
                        .getBase64())
                .isEqualTo(ByteString.copyFrom(new byte[] {(byte) 0xfb, (byte) 0xff}));
    }

    @Test
    void the_query_and_the_path_are_part_of_the_request() throws BadRequestException {
        Message request = json.read(
                ListInputsRequest.getDefaultInstance(),
                new byte[0],
                Map.of(
                        "page",
                        List.of("2"),
                        "ids",
                        List.of("a", "b"),
                        "status.code",
                        List.of("30000"),
                        "x",
                        List.of("y")),
                Map.of("user_app_id.app_id", "app"));

        assertThat(request)
                .isEqualTo(ListInputsRequest.newBuilder()
                        .setUserAppId(UserAppIDSet.newBuilder().setAppId("app"))
                        .setPage(2)
                        .addIds("a")
                        .addIds("b")
                        .setStatus(Status.newBuilder().setCode(30000))
                        .build());
    }

    @Test
    void free_parameters_keep_their_nulls_and_kinds() throws BadRequestException {
        Message request = read(
                PostModelsRequest.getDefaultInstance(),
                "{'model':{'train_info':{'params':{'template':'t','num_epochs':2,'flip':true}},'type':'x'}}");

        assertThat(request)
                .isEqualTo(PostModelsRequest.newBuilder()
                        .setModel(Model.newBuilder()
                                .setTrainInfo(TrainInfo.newBuilder()
                                        .setParams(Struct.newBuilder()
                                                .putFields(
                                                        "template",
                                                        Value.newBuilder()
                                                                .setStringValue("t")
                                                                .build())
                                                .putFields(
                                                        "num_epochs",
                                                        Value.newBuilder()
                                                                .setNumberValue(2)
                                                                .build())
                                                .putFields(
                                                        "flip",
                                                        Value.newBuilder()
                                                                .setBoolValue(true)
                                                                .build()))))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7", "{\"inputs\":7}", "{\"inputs\":[{\"id\":{}}]}"})
    void what_is_no_request_is_refused_with_the_reason(String body) {
        assertThatThrownBy(() -> json.read(
                        PostInputsRequest.getDefaultInstance(),
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of(),
                        Map.of()))
                .isInstanceOf(BadRequestException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void an_answer_shows_what_the_contract_shows_even_when_it_is_empty() {
        assertThat(write(MultiInputResponse.newBuilder()
                        .setStatus(Status.newBuilder().setCode(10000).setDescription("Ok"))
                        .build()))
                .isEqualTo("{'status':{'code':10000,'description':'Ok'},'inputs':[]}");
        assertThat(write(concept("a", 0))).isEqualTo("{'id':'a','value':0.0}");
        assertThat(write(Model.newBuilder().setId("m").build())).isEqualTo("{'id':'m','app_id':''}");
    }

    @Test
    void an_answer_has_integer_enums_and_times_as_text() {
        assertThat(write(ModelTypeField.newBuilder()
                        .setFieldType(ModelTypeFieldType.ENUM)
                        .setDefaultValue(Value.newBuilder().setNumberValue(0.5))
                        .build()))
                .isEqualTo("{'field_type':8,'default_value':0.5}");
        assertThat(write(Input.newBuilder()
                        .setCreatedAt(Timestamp.newBuilder().setSeconds(1))
                        .build()))
                .isEqualTo("{'created_at':'1970-01-01T00:00:01Z'}");
        assertThat(write(MultiTrainingTimeEstimateResponse.newBuilder()
                        .addTrainingTimeEstimates(Duration.newBuilder().setSeconds(5400))
                        .build()))
                .isEqualTo("{'training_time_estimates':['5400s']}");
    }

    @Test
    void maps_are_objects_and_wrappers_are_their_values() throws BadRequestException {
        DatasetVersion version = DatasetVersion.newBuilder()
                .putMetrics(
                        "b",
                        DatasetVersionMetrics.newBuilder()
                                .setInputsCount(UInt64Value.of(0))
                                .build())
                .putMetrics(
                        "/",
                        DatasetVersionMetrics.newBuilder()
                                .setInputsCount(UInt64Value.of(-1))
                                .setRegionsCount(UInt64Value.of(7))
                                .build())
                .build();
        String written = "{'metrics':{'/':{'inputs_count':'18446744073709551615','regions_count':'7'},"
                + "'b':{'inputs_count':'0'}}}";

        assertThat(write(version)).isEqualTo(written);
        assertThat(read(DatasetVersion.getDefaultInstance(), written)).isEqualTo(version);
        assertThat(read(
                        DatasetVersion.getDefaultInstance(),
                        "{'metrics':{'/':{'inputs_count':5,'unknown':[1],'regions_count':null}}}"))
                .isEqualTo(DatasetVersion.newBuilder()
                        .putMetrics(
                                "/",
                                DatasetVersionMetrics.newBuilder()
                                        .setInputsCount(UInt64Value.of(5))
                                        .build())
                        .build());
        assertThat(write(DatasetVersion.getDefaultInstance())).isEqualTo("{}");
    }

    private List<Concept> concepts(String concepts) throws BadRequestException {
        Message request = read(
                PostInputsRequest.getDefaultInstance(), "{'inputs':[{'data':{'concepts':[%s]}}]}".formatted(concepts));
        return ((PostInputsRequest) request).getInputs(0).getData().getConceptsList();
    }

    private Message read(Message type, String body) throws BadRequestException {
        return json.read(type, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Map.of(), Map.of());
    }

    private String write(Message message) {
        return json.tree(message).toString().replace('"', '\'');
    }

    private static Concept concept(String id, float value) {
        return Concept.newBuilder().setId(id).setValue(value).build();
    }
}
