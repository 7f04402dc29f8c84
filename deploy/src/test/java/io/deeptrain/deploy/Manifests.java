package io.deeptrain.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The manifests of the base, read strictly: a field that Kubernetes does not know is an error with its path. */
final class Manifests {
    private static final Path DEPLOY = Path.of("").toAbsolutePath();
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "ConfigMap", ConfigMap.class,
            "Deployment", Deployment.class,
            "Job", Job.class,
            "NetworkPolicy", NetworkPolicy.class,
            "PersistentVolumeClaim", PersistentVolumeClaim.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            "Service", Service.class,
            "StatefulSet", StatefulSet.class);
    /** What a document says that is merged over another, and no field of Kubernetes. */
    private static final String PATCH = "$patch";

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private Manifests() {}

    /** Every document of the base and of what it refers to, in the order of its kustomization. */
    static List<HasMetadata> ofTheBase() {
        return resourcesOf(DEPLOY.resolve("k8s/base"));
    }

    /** The documents of an overlay or a component that are merged over those of the base, without what they delete. */
    static List<HasMetadata> patchesOf(String customization) {
        Path folder = DEPLOY.resolve("k8s").resolve(customization);
        List<HasMetadata> patches = new ArrayList<>();
        for (JsonNode kustomization : documents(folder.resolve("kustomization.yaml"))) {
            for (JsonNode patch : kustomization.path("patches")) {
                Path file = folder.resolve(patch.path("path").asText());
                documents(file).stream()
                        .filter(document -> !document.has(PATCH))
                        .forEach(document -> patches.add(typed(file, withoutDeletions(document))));
            }
        }
        return patches;
    }

    private static JsonNode withoutDeletions(JsonNode node) {
        Iterator<JsonNode> children = node.elements();
        while (children.hasNext()) {
            if (withoutDeletions(children.next()).has(PATCH)) {
                children.remove();
            }
        }
        return node;
    }

    static Path project() {
        Path parent = DEPLOY.getParent();
        if (parent == null) {
            throw new IllegalStateException("not a module of a project: " + DEPLOY);
        }
        return parent;
    }

    /** The pod template of each workload by the workload's name. */
    static Map<String, PodTemplateSpec> podTemplates() {
        Map<String, PodTemplateSpec> templates = new TreeMap<>();
        for (HasMetadata resource : ofTheBase()) {
            String name = resource.getMetadata().getName();
            switch (resource) {
                case Deployment deployment ->
                    templates.put(name, deployment.getSpec().getTemplate());
                case StatefulSet set -> templates.put(name, set.getSpec().getTemplate());
                case Job job -> templates.put(name, job.getSpec().getTemplate());
                default -> {}
            }
        }
        return templates;
    }

    static <T> List<T> only(Class<T> kind) {
        return ofTheBase().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<HasMetadata> resourcesOf(Path folder) {
        List<HasMetadata> all = new ArrayList<>();
        for (JsonNode kustomization : documents(folder.resolve("kustomization.yaml"))) {
            for (JsonNode resource : kustomization.path("resources")) {
                Path path = folder.resolve(resource.asText()).normalize();
                if (Files.isDirectory(path)) {
                    all.addAll(resourcesOf(path));
                } else {
                    documents(path).forEach(document -> all.add(typed(path, document)));
                }
            }
        }
        return all;
    }

    private static HasMetadata typed(Path file, JsonNode document) {
        String kind = document.path("kind").asText();
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalStateException("%s holds a %s, which no test looks at".formatted(file, kind));
        }
        try {
            return YAML.treeToValue(document, type);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static List<JsonNode> documents(Path file) {
        try (var reader = Files.newBufferedReader(file);
                var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(reader)) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
