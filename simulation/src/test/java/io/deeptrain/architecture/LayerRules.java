package io.deeptrain.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** What {@link LayersTest} holds all classes to, and {@link LayerRulesTest} shows to be able to fail. */
final class LayerRules {
    private static final String ADAPTERS = "..adapter..";
    private static final String GENERATED = "io.deeptrain.contract..";
    private static final Set<String> DATES = Set.of(
            Instant.class.getName(),
            LocalDate.class.getName(),
            LocalDateTime.class.getName(),
            OffsetDateTime.class.getName(),
            ZonedDateTime.class.getName());

    private LayerRules() {}

    static ArchRule onlyAdaptersKnowFrameworks() {
        return classes()
                .that()
                .resideOutsideOfPackages(ADAPTERS, GENERATED)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.imageio..", "org.w3c.dom..", "org.jspecify..", "io.deeptrain..")
                .because("rules must run in a simulation without a broker, a database or a GPU");
    }

    static ArchRule onlyAdaptersKnowGeneratedClasses() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(ADAPTERS, GENERATED)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(GENERATED)
                .because("the public contract is translated at the edge");
    }

    static ArchRule onlyAdaptersAskForTimeAndChance() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(ADAPTERS, GENERATED)
                .should()
                .accessTargetWhere(describe("time, chance or sleep comes from outside", LayerRules::isFromOutside))
                .because("the caller passes time, ids and randomness in, so that a run can be repeated");
    }

    private static boolean isFromOutside(JavaAccess<?> access) {
        AccessTarget target = access.getTarget();
        String owner = target.getOwner().getName();
        String name = target.getName();
        return (DATES.contains(owner) && name.equals("now"))
                || (owner.equals(System.class.getName())
                        && Set.of("currentTimeMillis", "nanoTime").contains(name))
                || (owner.equals(Clock.class.getName()) && (name.startsWith("system") || name.startsWith("tick")))
                || (owner.equals(UUID.class.getName()) && name.equals("randomUUID"))
                || (owner.equals(Random.class.getName()) && name.equals("<init>"))
                || owner.equals(ThreadLocalRandom.class.getName())
                || (owner.equals(Math.class.getName()) && name.equals("random"))
                || (owner.equals(Thread.class.getName()) && name.equals("sleep"));
    }

    /** One rule for each of these root packages: it does not depend on any other of them. */
    static List<ArchRule> standAlone(List<String> roots) {
        return roots.stream().map(root -> standsAlone(root, roots)).toList();
    }

    private static ArchRule standsAlone(String root, List<String> roots) {
        String[] others = roots.stream()
                .filter(other -> !other.equals(root))
                .map(other -> other + "..")
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .because("services meet in the event contract, on Kafka");
    }

    /** The packages directly below this root do not depend on each other in a circle. */
    static ArchRule hasNoCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }
}
