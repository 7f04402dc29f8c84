package io.deeptrain.api.annotation;

import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.input.Region;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of the annotations of an input when the input itself is patched. An input shows what all its annotations
 * say together, so that a patch that removes or overwrites reaches all of them; what is new goes to the input-level
 * one.
 *
 * @param saved those that are new or changed
 * @param deleted ids of those that say nothing any more
 */
public record InputPatch(List<Annotation> saved, List<String> deleted) {
    public InputPatch {
        saved = List.copyOf(saved);
        deleted = List.copyOf(deleted);
    }

    /** @param freshId of the input-level annotation, if there is none yet and one is needed */
    @SuppressWarnings("MissingSummary") // The class says it.
    public static InputPatch of(
            String inputId, List<Annotation> before, PatchAction action, Contents patch, String freshId, Instant now) {
        List<Annotation> after = switch (action) {
            case REMOVE ->
                before.stream()
                        .map(annotation -> annotation.patched(PatchAction.REMOVE, patch, now))
                        .toList();
            case MERGE -> said(inputId, replaced(before, patch, now), patch, freshId, now);
            case OVERWRITE -> said(inputId, silenced(before, patch, now), patch, freshId, now);
        };
        return difference(before, after);
    }

    /** A region that is there already is changed where it is. */
    private static List<Annotation> replaced(List<Annotation> before, Contents patch, Instant now) {
        return before.stream()
                .map(annotation -> {
                    Set<String> own = Annotation.regionIds(annotation.regions());
                    List<Region> newer = patch.regions().stream()
                            .filter(region -> own.contains(region.id()))
                            .toList();
                    return annotation.with(annotation.claims(), Annotation.merged(annotation.regions(), newer), now);
                })
                .toList();
    }

    /** Concepts are overwritten if the patch names any, and regions likewise. */
    private static List<Annotation> silenced(List<Annotation> before, Contents patch, Instant now) {
        return before.stream()
                .map(annotation -> annotation.with(
                        patch.labels().isEmpty() ? annotation.claims() : List.of(),
                        patch.regions().isEmpty() ? annotation.regions() : List.of(),
                        now))
                .toList();
    }

    private static List<Annotation> said(
            String inputId, List<Annotation> annotations, Contents patch, String freshId, Instant now) {
        List<Region> fresh = patch.regions().stream()
                .filter(region -> annotations.stream()
                        .noneMatch(annotation -> annotation.regions().contains(region)))
                .toList();
        Contents rest = new Contents(patch.labels(), fresh);
        if (rest.isEmpty()) {
            return annotations;
        }
        Optional<Annotation> inputLevel =
                annotations.stream().filter(Annotation::inputLevel).findFirst();
        List<Annotation> after = new ArrayList<>();
        annotations.forEach(annotation ->
                after.add(annotation.inputLevel() ? annotation.patched(PatchAction.MERGE, rest, now) : annotation));
        if (inputLevel.isEmpty()) {
            after.add(Annotation.of(freshId, inputId, true, rest, Annotation.NO_INFO, now));
        }
        return after;
    }

    private static InputPatch difference(List<Annotation> before, List<Annotation> after) {
        List<Annotation> saved = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        for (Annotation annotation : after) {
            if (annotation.isEmpty()) {
                deleted.add(annotation.id());
            } else if (!before.contains(annotation)) {
                saved.add(annotation);
            }
        }
        return new InputPatch(saved, deleted);
    }
}
