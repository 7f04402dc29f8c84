package io.deeptrain.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every class of the services to {@link LayerRules}. */
class LayersTest {
    private static final List<String> SERVICES =
            List.of("io.deeptrain.api", "io.deeptrain.scheduler", "io.deeptrain.worker", "io.deeptrain.billing");

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.deeptrain");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.deeptrain.api.version.VersionMachine",
                "io.deeptrain.scheduler.engine.SchedulerEngine",
                "io.deeptrain.worker.attempt.WorkerProtocol",
                "io.deeptrain.billing.bill.Billing",
                "io.deeptrain.messaging.OutboxRelay",
                "io.deeptrain.event.Event",
                "io.deeptrain.template.Template",
                "io.deeptrain.image.ImageFile"
            })
    void every_part_is_looked_at(String className) {
        assertThat(classes.contain(className)).isTrue();
    }

    @Test
    void only_adapters_know_frameworks() {
        LayerRules.onlyAdaptersKnowFrameworks().check(classes);
    }

    @Test
    void only_adapters_know_generated_classes() {
        LayerRules.onlyAdaptersKnowGeneratedClasses().check(classes);
    }

    @Test
    void only_adapters_ask_for_time_and_chance() {
        LayerRules.onlyAdaptersAskForTimeAndChance().check(classes);
    }

    @Test
    void services_do_not_depend_on_each_other() {
        LayerRules.standAlone(SERVICES).forEach(rule -> rule.check(classes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.deeptrain.api",
                "io.deeptrain.scheduler",
                "io.deeptrain.worker",
                "io.deeptrain.billing",
                "io.deeptrain.messaging"
            })
    void packages_do_not_depend_on_each_other_in_a_circle(String root) {
        LayerRules.hasNoCycles(root).check(classes);
    }
}
