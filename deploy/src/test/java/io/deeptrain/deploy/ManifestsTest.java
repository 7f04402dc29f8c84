package io.deeptrain.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@EnableKubernetesMockClient(crud = true)
class ManifestsTest {
    private static final String NAMESPACE = "deeptrain";
    private static final Set<String> HEALTH = Set.of("/q/health/started", "/q/health/ready", "/q/health/live");

    @SuppressWarnings("NullAway.Init") // Set by the extension.
    private KubernetesClient client;

    static Stream<Map.Entry<String, PodTemplateSpec>> podTemplates() {
        return Manifests.podTemplates().entrySet().stream();
    }

    @Test
    void every_document_is_accepted_and_found_again() {
        for (HasMetadata resource : Manifests.ofTheBase()) {
            client.resource(resource).inNamespace(NAMESPACE).create();
            assertThat(client.resource(resource).inNamespace(NAMESPACE).get())
                    .as("%s %s", resource.getKind(), resource.getMetadata().getName())
                    .isNotNull();
        }
    }

    @Test
    void every_service_of_the_project_is_deployed() {
        assertThat(Manifests.podTemplates()).containsKeys(ServiceSources.SERVICES.toArray(String[]::new));
    }

    @Test
    void selectors_select_the_pods_of_their_workload() {
        Map<String, PodTemplateSpec> templates = Manifests.podTemplates();
        for (Deployment deployment : Manifests.only(Deployment.class)) {
            selects(deployment.getSpec().getSelector().getMatchLabels(), templates, deployment);
        }
        for (StatefulSet set : Manifests.only(StatefulSet.class)) {
            selects(set.getSpec().getSelector().getMatchLabels(), templates, set);
        }
        for (Service service : Manifests.only(Service.class)) {
            selects(service.getSpec().getSelector(), templates, service);
        }
        for (PodDisruptionBudget budget : Manifests.only(PodDisruptionBudget.class)) {
            selects(budget.getSpec().getSelector().getMatchLabels(), templates, budget);
        }
    }

    @Test
    void a_service_leads_to_a_port_that_the_container_opens() {
        for (Service service : Manifests.only(Service.class)) {
            Container container = containerOf(template(service.getMetadata().getName()));
            Set<String> open = new TreeSet<>(
                    container.getPorts().stream().map(ContainerPort::getName).toList());
            service.getSpec()
                    .getPorts()
                    .forEach(port -> assertThat(open)
                            .as("ports of %s", service.getMetadata().getName())
                            .contains(port.getTargetPort().getStrVal()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("podTemplates")
    void a_container_is_confined_and_limited(Map.Entry<String, PodTemplateSpec> workload) {
        var pod = workload.getValue().getSpec();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        var container = containerOf(workload.getValue());
        var confinement = container.getSecurityContext();
        assertThat(confinement.getAllowPrivilegeEscalation()).isFalse();
        assertThat(confinement.getReadOnlyRootFilesystem()).isTrue();
        assertThat(confinement.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(container.getResources().getLimits()).containsKey("memory");
        assertThat(container.getImage()).matches("[a-z/-]+:[0-9.]+");
        assertThat(mountedNames(container)).isEqualTo(volumeNames(pod.getVolumes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("podTemplates")
    void a_container_asks_for_no_more_than_its_limit(Map.Entry<String, PodTemplateSpec> workload) {
        withinItsLimits(containerOf(workload.getValue()), Set.of("cpu", "memory"));
    }

    /** Else the limit of the base holds, which the request of the overlay may be above. */
    @Test
    void a_patch_that_asks_for_more_also_raises_the_limit() {
        assertThat(Manifests.patchesOf("overlays/nvidia-gpu"))
                .singleElement()
                .isInstanceOfSatisfying(StatefulSet.class, worker -> {
                    Container container = containerOf(worker.getSpec().getTemplate());
                    withinItsLimits(
                            container, container.getResources().getRequests().keySet());
                });
    }

    @Test
    void whoever_mounts_the_objects_is_given_the_bucket_instead() throws IOException {
        Map<String, Container> patched = new TreeMap<>();
        for (HasMetadata patch : Manifests.patchesOf("components/s3")) {
            PodTemplateSpec template = patch instanceof Deployment deployment
                    ? deployment.getSpec().getTemplate()
                    : ((StatefulSet) patch).getSpec().getTemplate();
            patched.put(patch.getMetadata().getName(), containerOf(template));
        }
        assertThat(patched.keySet())
                .isEqualTo(podTemplates()
                        .filter(workload ->
                                mountedNames(containerOf(workload.getValue())).contains("objects"))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()));
        for (Map.Entry<String, Container> container : patched.entrySet()) {
            assertThat(container.getValue().getEnv())
                    .extracting(EnvVar::getName)
                    .containsExactly("DEEPTRAIN_OBJECTS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
            for (EnvVar variable : container.getValue().getEnv()) {
                assertThat(ServiceSources.read(container.getKey(), variable.getName()))
                        .isTrue();
                assertThat(variable.getValueFrom().getSecretKeyRef() != null)
                        .as("%s comes from a secret", variable.getName())
                        .isEqualTo(variable.getName().startsWith("AWS_"));
            }
        }
    }

    private static void withinItsLimits(Container container, Set<String> resources) {
        for (String resource : resources) {
            assertThat(amount(container.getResources().getRequests(), resource))
                    .as("%s of %s", resource, container.getName())
                    .isLessThanOrEqualTo(amount(container.getResources().getLimits(), resource));
        }
    }

    private static BigDecimal amount(Map<String, Quantity> resources, String name) {
        return Objects.requireNonNull(resources.get(name), name).getNumericalAmount();
    }

    @Test
    void probes_ask_what_the_services_answer() {
        for (String service : ServiceSources.SERVICES) {
            Container container = containerOf(template(service));
            for (Probe probe :
                    List.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())) {
                assertThat(HEALTH).contains(probe.getHttpGet().getPath());
                assertThat(probe.getHttpGet().getPort()).isEqualTo(new IntOrString("http"));
            }
        }
    }

    @Test
    void every_setting_is_read_by_the_service_that_gets_it() throws IOException {
        for (String service : ServiceSources.SERVICES) {
            for (EnvVar variable : containerOf(template(service)).getEnv()) {
                assertThat(ServiceSources.read(service, variable.getName()))
                        .as("%s, which %s is given, is read by it", variable.getName(), service)
                        .isTrue();
            }
        }
    }

    @Test
    void no_manifest_holds_a_secret() {
        assertThat(Manifests.ofTheBase()).extracting(HasMetadata::getKind).doesNotContain("Secret");
        podTemplates()
                .flatMap(workload -> containerOf(workload.getValue()).getEnv().stream())
                .filter(variable -> variable.getName().matches(".*(PASSWORD|KEY)"))
                .forEach(variable -> assertThat(variable.getValueFrom())
                        .as(variable.getName())
                        .satisfies(from -> assertThat(from.getSecretKeyRef()).isNotNull()));
    }

    private static void selects(Map<String, String> selector, Map<String, PodTemplateSpec> templates, HasMetadata by) {
        List<String> selected = templates.entrySet().stream()
                .filter(entry ->
                        entry.getValue().getMetadata().getLabels().entrySet().containsAll(selector.entrySet()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(selected)
                .as("selected by %s %s", by.getKind(), by.getMetadata().getName())
                .containsExactly(by.getMetadata().getName());
    }

    private static PodTemplateSpec template(String name) {
        return Objects.requireNonNull(Manifests.podTemplates().get(name), name);
    }

    private static Container containerOf(PodTemplateSpec template) {
        return template.getSpec().getContainers().getFirst();
    }

    private static Set<String> mountedNames(Container container) {
        return new TreeSet<>(
                container.getVolumeMounts().stream().map(VolumeMount::getName).toList());
    }

    private static Set<String> volumeNames(List<Volume> volumes) {
        return new TreeSet<>(volumes.stream().map(Volume::getName).toList());
    }
}
