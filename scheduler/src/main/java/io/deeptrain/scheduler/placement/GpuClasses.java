package io.deeptrain.scheduler.placement;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * The GPU classes that a job accepts.
 *
 * @param names in alphabetical order, each once; none means that any class will do
 */
public record GpuClasses(List<String> names) {
    public static final GpuClasses ANY = new GpuClasses(List.of());

    public GpuClasses {
        if (names.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("a GPU class needs a name: " + names);
        }
        names = List.copyOf(new TreeSet<>(names));
    }

    public static GpuClasses of(String... names) {
        return new GpuClasses(Arrays.asList(names));
    }

    public boolean accept(String name) {
        return names.isEmpty() || names.contains(name);
    }

    /** As in "of class a100 or h100". */
    @Override
    public String toString() {
        return names.isEmpty() ? "of any class" : "of class " + String.join(" or ", names);
    }
}
