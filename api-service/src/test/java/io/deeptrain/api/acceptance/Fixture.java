package io.deeptrain.api.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.clarifai.credentials.ClarifaiCallCredentials;
import com.clarifai.grpc.api.UserAppIDSet;
import com.clarifai.grpc.api.V2Grpc;
import com.fasterxml.jackson.databind.JsonNode;
import io.deeptrain.api.acceptance.Rest.Answer;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.imageio.ImageIO;

/** An app of its own and a key for it. */
record Fixture(String app, Rest rest, Rest keyed) {
    static Fixture in(URI base) {
        String app = "app-" + UUID.randomUUID();
        Rest rest = new Rest(base, Surroundings.KEY);
        assertThat(rest.post("/v2/users/me/apps", "{\"apps\":[{\"id\":\"%s\"}]}".formatted(app))
                        .code())
                .isEqualTo(10000);
        Answer key = rest.post(
                "/v2/users/me/keys", "{\"keys\":[{\"scopes\":[\"All\"],\"apps\":[{\"id\":\"%s\"}]}]}".formatted(app));
        return new Fixture(app, rest, rest.as(key.body().at("/keys/0/id").asText()));
    }

    /** The long form of a path. */
    String at(String path) {
        return "/v2/users/me/apps/" + app + path;
    }

    /** Posts inputs, in our tests' JSON with single quotes, each with an image of its own. */
    Answer inputs(String... inputs) {
        List<String> whole = new ArrayList<>();
        for (String input : inputs) {
            String image =
                    "'image':{'base64':'%s'}".formatted(Base64.getEncoder().encodeToString(png(input.hashCode())));
            whole.add(
                    input.contains("'data':{")
                            ? input.replace("'data':{", "'data':{" + image + (input.contains("'data':{}") ? "" : ","))
                            : input.replaceFirst("}$", ",'data':{" + image + "}}"));
        }
        return rest.post(at("/inputs"), json("{'inputs':[%s]}".formatted(String.join(",", whole))));
    }

    Answer post(String path, String body) {
        return rest.post(at(path), json(body));
    }

    Answer patch(String path, String body) {
        return rest.patch(at(path), json(body));
    }

    Answer put(String path, String body) {
        return rest.put(at(path), json(body));
    }

    Answer delete(String path, String body) {
        return rest.delete(at(path), json(body));
    }

    Answer get(String path) {
        return rest.get(at(path));
    }

    /** The data of an input, as it is shown. */
    JsonNode data(String input) {
        return get("/inputs/" + input).body().at("/input/data");
    }

    /** The concepts that an input is shown with, as in {@code cat=1}. */
    List<String> labels(String input) {
        return texts(
                data(input).path("concepts"),
                concept -> "%s=%d"
                        .formatted(
                                concept.path("id").asText(),
                                concept.path("value").asInt()));
    }

    static List<String> texts(JsonNode list, Function<JsonNode, String> text) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(text.apply(item)));
        return texts;
    }

    static List<String> ids(JsonNode list) {
        return texts(list, item -> item.path("id").asText());
    }

    static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    /** What is done with a stub of the published client. */
    interface GrpcWork {
        void with(V2Grpc.V2BlockingStub stub, UserAppIDSet whose);
    }

    void overGrpc(GrpcWork work) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress(
                        rest.base().getHost(), rest.base().getPort())
                .usePlaintext()
                .build();
        try {
            work.with(
                    V2Grpc.newBlockingStub(channel)
                            .withCallCredentials(new ClarifaiCallCredentials(Surroundings.KEY))
                            .withDeadlineAfter(30, TimeUnit.SECONDS),
                    UserAppIDSet.newBuilder().setUserId("me").setAppId(app).build());
        } finally {
            channel.shutdownNow();
        }
    }

    static byte[] png(int color) {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(color & 0xffffff));
        graphics.fillRect(0, 0, 4, 4);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
