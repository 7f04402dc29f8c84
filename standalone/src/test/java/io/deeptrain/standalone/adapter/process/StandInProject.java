package io.deeptrain.standalone.adapter.process;

import io.deeptrain.standalone.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A folder that looks like a built checkout, whose services are {@link StandInService}. */
final class StandInProject {
    private StandInProject() {}

    static void create(Path folder) throws IOException {
        for (Part service : Part.services()) {
            Path jar = folder.resolve(service.partName()).resolve("target/quarkus-app/quarkus-run.jar");
            Files.createDirectories(Objects.requireNonNull(jar.getParent()));
            write(jar);
        }
    }

    private static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, StandInService.class.getName());
        String entry = StandInService.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream contents = new JarOutputStream(file, manifest);
                InputStream code = Objects.requireNonNull(
                        StandInService.class.getClassLoader().getResourceAsStream(entry), entry)) {
            contents.putNextEntry(new JarEntry(entry));
            code.transferTo(contents);
        }
    }
}
