package io.deeptrain.api.annotation;

import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.input.Region;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What somebody says that an input shows.
 *
 * @param inputLevel whether it is the one annotation of the input that holds what was said with the input itself
 * @param info a JSON object of the tenant's own
 */
public record Annotation(
        String id,
        String inputId,
        boolean inputLevel,
        List<Claim> claims,
        List<Region> regions,
        String info,
        Instant createdAt,
        Instant modifiedAt) {
    /** An annotation that says nothing of its own about itself. */
    public static final String NO_INFO = "{}";

    public Annotation {
        claims = List.copyOf(claims);
        regions = List.copyOf(regions);
    }

    /** Says it now. */
    public static Annotation of(
            String id, String inputId, boolean inputLevel, Contents contents, String info, Instant now) {
        return new Annotation(id, inputId, inputLevel, List.of(), List.of(), info, now, now)
                .patched(PatchAction.MERGE, contents, now);
    }

    public boolean isEmpty() {
        return claims.isEmpty() && regions.isEmpty();
    }

    public List<Label> labels() {
        return claims.stream().map(Claim::label).toList();
    }

    /**
     * The annotation after a patch. Merging replaces what is said of the same concept and the region of the same id,
     * and adds the others; removing takes away the concepts and regions that the patch names; overwriting replaces the
     * concepts if the patch names any, and likewise the regions.
     */
    public Annotation patched(PatchAction action, Contents patch, Instant now) {
        return switch (action) {
            case MERGE -> with(merged(claims, patch.labels(), now), merged(regions, patch.regions()), now);
            case REMOVE -> without(conceptIds(patch.labels()), regionIds(patch.regions()), now);
            case OVERWRITE ->
                with(
                        patch.labels().isEmpty() ? claims : merged(List.of(), patch.labels(), now),
                        patch.regions().isEmpty() ? regions : merged(List.of(), patch.regions()),
                        now);
        };
    }

    public Annotation withInfo(String newInfo, Instant now) {
        return info.equals(newInfo)
                ? this
                : new Annotation(id, inputId, inputLevel, claims, regions, newInfo, createdAt, now);
    }

    Annotation without(Set<String> conceptIds, Set<String> regionIds, Instant now) {
        return with(
                claims.stream()
                        .filter(claim -> !conceptIds.contains(claim.label().conceptId()))
                        .toList(),
                regions.stream()
                        .filter(region -> !regionIds.contains(region.id()))
                        .toList(),
                now);
    }

    /** Unchanged if it says the same. */
    Annotation with(List<Claim> newClaims, List<Region> newRegions, Instant now) {
        return newClaims.equals(claims) && newRegions.equals(regions)
                ? this
                : new Annotation(id, inputId, inputLevel, newClaims, newRegions, info, createdAt, now);
    }

    /** To say again what was said is to say it now. */
    private static List<Claim> merged(List<Claim> old, List<Label> said, Instant now) {
        Map<String, Claim> byConcept = new LinkedHashMap<>();
        old.forEach(claim -> byConcept.put(claim.label().conceptId(), claim));
        said.forEach(label -> byConcept.put(label.conceptId(), new Claim(label, now)));
        return new ArrayList<>(byConcept.values());
    }

    static List<Region> merged(List<Region> old, List<Region> said) {
        Map<String, Region> byId = new LinkedHashMap<>();
        old.forEach(region -> byId.put(region.id(), region));
        said.forEach(region -> byId.put(region.id(), region));
        return new ArrayList<>(byId.values());
    }

    static Set<String> conceptIds(List<Label> labels) {
        return labels.stream().map(Label::conceptId).collect(Collectors.toSet());
    }

    static Set<String> regionIds(List<Region> regions) {
        return regions.stream().map(Region::id).collect(Collectors.toSet());
    }
}
