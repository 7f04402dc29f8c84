package io.deeptrain.api.adapter.objects;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.adapter.json.ManifestJson;
import io.deeptrain.event.adapter.json.UnreadableEventException;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Frozen datasets, read in parts: one can have more lines than fit into memory. */
@ApplicationScoped
public class Manifests {
    private final ObjectStore objects;

    Manifests(ObjectStore objects) {
        this.objects = objects;
    }

    /** So many entries after the first ones, fewer at the end. */
    public List<ManifestEntry> entries(StoredObject manifest, long after, int count) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(objects.open(manifest.key()), StandardCharsets.UTF_8))) {
            StringBuilder part = new StringBuilder();
            long number = 0;
            for (String line = lines.readLine(); line != null && number < after + count; line = lines.readLine()) {
                if (number >= after) {
                    part.append(line).append('\n');
                }
                number++;
            }
            return ManifestJson.read(new ByteArrayInputStream(part.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("manifest %s cannot be read".formatted(manifest.key()), e);
        } catch (UnreadableEventException e) {
            throw new IllegalStateException("manifest %s is no manifest".formatted(manifest.key()), e);
        }
    }
}
