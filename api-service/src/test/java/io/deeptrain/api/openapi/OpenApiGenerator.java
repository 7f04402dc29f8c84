package io.deeptrain.api.openapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.ExtensionRegistry;
import io.deeptrain.contract.ServiceProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the OpenAPI 3.1 document out of the contract's descriptors and comments, with the JSON of this door: snake
 * case, enums as integers, 64-bit integers as strings. Routes of our own are added from {@link OwnOperations}.
 */
final class OpenApiGenerator {
    private static final String DESCRIPTORS = "/io/deeptrain/contract/contract.desc";
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");
    /** Numbers of the fields of FileDescriptorProto that a comment's path goes through. */
    private static final int IN_MESSAGES = 4;

    private static final int IN_SERVICES = 6;
    private static final int IN_FIELDS = 2;
    private static final int IN_METHODS = 2;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, String> comments = comments();
    private final Map<String, ObjectNode> schemas = new TreeMap<>();
    private final Set<String> asked = new HashSet<>();

    ObjectNode document() {
        ObjectNode document = MAPPER.createObjectNode();
        document.put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "DeepTrain")
                .put("version", "v2")
                .put(
                        "description",
                        "Every answer carries a status: code 10000 is success, the HTTP status follows from the code. "
                                + "Compatible with, and not affiliated with, Clarifai.")
                .putObject("license")
                .put("name", "Apache-2.0")
                .put("identifier", "Apache-2.0");
        document.putArray("security").addObject().putArray("Key");
        ObjectNode paths = document.putObject("paths");
        Map<String, Map<String, ObjectNode>> byPath = new TreeMap<>();
        for (MethodDescriptor method :
                ServiceProto.getDescriptor().findServiceByName("V2").getMethods()) {
            int binding = 0;
            for (HttpRule rule : rules(method)) {
                Binding bound = Binding.of(rule);
                byPath.computeIfAbsent(shown(bound.path()), _ -> new TreeMap<>())
                        .put(bound.verb(), operation(method, bound, binding++));
            }
        }
        OwnOperations.addTo(byPath, MAPPER);
        byPath.forEach((path, operations) -> {
            ObjectNode item = paths.putObject(path);
            operations.forEach(item::set);
        });
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject("Key")
                .put("type", "apiKey")
                .put("in", "header")
                .put("name", "Authorization")
                .put("description", "The word Key, a space, and an app's key or a personal access token.");
        ObjectNode written = components.putObject("schemas");
        schemas.forEach(written::set);
        return document;
    }

    private record Binding(String verb, String path, boolean hasBody) {
        static Binding of(HttpRule rule) {
            boolean hasBody = !rule.getBody().isEmpty();
            return switch (rule.getPatternCase()) {
                case GET -> new Binding("get", rule.getGet(), hasBody);
                case POST -> new Binding("post", rule.getPost(), hasBody);
                case PUT -> new Binding("put", rule.getPut(), hasBody);
                case PATCH -> new Binding("patch", rule.getPatch(), hasBody);
                case DELETE -> new Binding("delete", rule.getDelete(), hasBody);
                default -> throw new IllegalStateException("a rule without a method: " + rule);
            };
        }
    }

    private static List<HttpRule> rules(MethodDescriptor method) {
        HttpRule first = method.getOptions().getExtension(AnnotationsProto.http);
        List<HttpRule> rules = new ArrayList<>();
        rules.add(first);
        rules.addAll(first.getAdditionalBindingsList());
        return rules;
    }

    /** Path variables without the message that they lie in: user_app_id.user_id is user_id. */
    private static String shown(String path) {
        return VARIABLE.matcher(path).replaceAll(variable -> "{" + simple(variable.group(1)) + "}");
    }

    private static String simple(String dotted) {
        return dotted.substring(dotted.lastIndexOf('.') + 1);
    }

    private ObjectNode operation(MethodDescriptor method, Binding binding, int number) {
        ObjectNode operation = MAPPER.createObjectNode();
        operation.put("operationId", number == 0 ? method.getName() : method.getName() + (number + 1));
        String comment = comments.getOrDefault(method.getFullName(), "");
        operation.put("summary", comment);
        operation.putArray("tags").add(family(method));
        ArrayNode parameters = operation.putArray("parameters");
        Set<String> inPath = new HashSet<>();
        Matcher variables = VARIABLE.matcher(binding.path());
        while (variables.find()) {
            String field = variables.group(1);
            inPath.add(field);
            parameters
                    .addObject()
                    .put("name", simple(field))
                    .put("in", "path")
                    .put("required", true)
                    .putObject("schema")
                    .put("type", "string");
        }
        if (binding.hasBody()) {
            ObjectNode body = operation.putObject("requestBody");
            body.putObject("content").putObject("application/json").set("schema", reference(method.getInputType()));
        } else {
            addQuery(parameters, method.getInputType(), inPath);
        }
        ObjectNode responses = operation.putObject("responses");
        ObjectNode answer = MAPPER.createObjectNode();
        answer.put("description", "The answer. Its status says what became of the call.");
        answer.putObject("content").putObject("application/json").set("schema", reference(method.getOutputType()));
        responses.set("default", answer);
        return operation;
    }

    /** The plain fields of a request, as query parameters. */
    private void addQuery(ArrayNode parameters, Descriptor request, Set<String> inPath) {
        for (FieldDescriptor field : request.getFields()) {
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE && !inPath.contains(field.getName())) {
                ObjectNode parameter = parameters.addObject();
                parameter.put("name", field.getName()).put("in", "query");
                parameter.set("schema", schema(field));
            }
        }
    }

    private static String family(MethodDescriptor method) {
        String request = method.getInputType().getFile().getName();
        return request.substring(request.lastIndexOf('/') + 1).replace(".proto", "");
    }

    private ObjectNode reference(Descriptor message) {
        String name = message.getFullName().substring(message.getFullName().lastIndexOf('.') + 1);
        if (asked.add(name)) {
            schemas.put(name, object(message));
        }
        return MAPPER.createObjectNode().put("$ref", "#/components/schemas/" + name);
    }

    private ObjectNode object(Descriptor message) {
        ObjectNode schema = MAPPER.createObjectNode();
        schema.put("type", "object");
        describe(schema, message.getFullName());
        ObjectNode properties = schema.putObject("properties");
        for (FieldDescriptor field : message.getFields()) {
            ObjectNode property = schema(field);
            describe(property, field.getFullName());
            properties.set(field.getName(), property);
        }
        return schema;
    }

    private void describe(ObjectNode schema, String fullName) {
        String comment = comments.get(fullName);
        if (comment != null) {
            schema.put("description", comment);
        }
    }

    private ObjectNode schema(FieldDescriptor field) {
        if (field.isMapField()) {
            ObjectNode map = MAPPER.createObjectNode().put("type", "object");
            map.set("additionalProperties", single(field.getMessageType().findFieldByName("value")));
            return map;
        }
        if (field.isRepeated()) {
            ObjectNode array = MAPPER.createObjectNode().put("type", "array");
            array.set("items", single(field));
            return array;
        }
        return single(field);
    }

    private ObjectNode single(FieldDescriptor field) {
        ObjectNode schema = MAPPER.createObjectNode();
        return switch (field.getJavaType()) {
            case BOOLEAN -> schema.put("type", "boolean");
            case INT -> schema.put("type", "integer").put("format", "int32");
            case LONG -> schema.put("type", "string").put("format", "int64");
            case FLOAT -> schema.put("type", "number").put("format", "float");
            case DOUBLE -> schema.put("type", "number").put("format", "double");
            case STRING -> schema.put("type", "string");
            case BYTE_STRING -> schema.put("type", "string").put("contentEncoding", "base64");
            case ENUM -> enumerated(schema, field.getEnumType());
            case MESSAGE -> message(field.getMessageType());
        };
    }

    private static ObjectNode enumerated(ObjectNode schema, EnumDescriptor type) {
        schema.put("type", "integer");
        ArrayNode numbers = schema.putArray("enum");
        StringBuilder names = new StringBuilder();
        for (EnumValueDescriptor value : type.getValues()) {
            numbers.add(value.getNumber());
            names.append(names.isEmpty() ? "" : ", ")
                    .append(value.getNumber())
                    .append(' ')
                    .append(value.getName().toLowerCase(Locale.ROOT));
        }
        return schema.put("description", names.toString());
    }

    private ObjectNode message(Descriptor type) {
        ObjectNode schema = MAPPER.createObjectNode();
        return switch (type.getFullName()) {
            case "google.protobuf.Struct" -> schema.put("type", "object").put("additionalProperties", true);
            case "google.protobuf.Value" -> schema;
            case "google.protobuf.Timestamp" -> schema.put("type", "string").put("format", "date-time");
            case "google.protobuf.Duration" -> {
                schema.put("type", "string").putArray("examples").add("5400s");
                yield schema;
            }
            case "google.protobuf.UInt64Value" -> schema.put("type", "string").put("format", "int64");
            default -> reference(type);
        };
    }

    /** The comments above messages, fields and calls, by full name. */
    private static Map<String, String> comments() {
        Map<String, String> comments = new HashMap<>();
        try (InputStream descriptors =
                Objects.requireNonNull(OpenApiGenerator.class.getResourceAsStream(DESCRIPTORS))) {
            FileDescriptorSet set = FileDescriptorSet.parseFrom(descriptors, ExtensionRegistry.getEmptyRegistry());
            for (FileDescriptorProto file : set.getFileList()) {
                for (SourceCodeInfo.Location location : file.getSourceCodeInfo().getLocationList()) {
                    String name = name(file, location.getPathList());
                    if (!name.isEmpty() && location.hasLeadingComments()) {
                        comments.put(name, location.getLeadingComments().strip().replaceAll("\\s*\n\\s*", " "));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return comments;
    }

    private static String name(FileDescriptorProto file, List<Integer> path) {
        String prefix = file.getPackage() + ".";
        if (path.size() == 2 && path.get(0) == IN_MESSAGES) {
            return prefix + file.getMessageType(path.get(1)).getName();
        }
        if (path.size() != 4) {
            return "";
        }
        if (path.get(0) == IN_MESSAGES && path.get(2) == IN_FIELDS) {
            var message = file.getMessageType(path.get(1));
            return prefix + message.getName() + "."
                    + message.getField(path.get(3)).getName();
        }
        if (path.get(0) == IN_SERVICES && path.get(2) == IN_METHODS) {
            var service = file.getService(path.get(1));
            return prefix + service.getName() + "."
                    + service.getMethod(path.get(3)).getName();
        }
        return "";
    }
}
