package io.deeptrain.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.deeptrain.architecture.fixture.alpha.Neighbour;
import io.deeptrain.architecture.fixture.beta.one.First;
import io.deeptrain.architecture.fixture.beta.two.Second;
import io.deeptrain.architecture.fixture.rule.ContractUser;
import io.deeptrain.architecture.fixture.rule.FrameworkUser;
import io.deeptrain.architecture.fixture.rule.TimeAsker;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Classes that break each rule are found: a rule that cannot fail holds nothing. */
class LayerRulesTest {
    private static final String FIXTURES = "io.deeptrain.architecture.fixture";

    @Test
    void a_rule_that_uses_a_framework_is_found() {
        assertThat(violations(LayerRules.onlyAdaptersKnowFrameworks(), FrameworkUser.class))
                .isNotEmpty()
                .allMatch(text -> text.contains("FrameworkUser"));
    }

    @Test
    void a_rule_that_uses_the_public_contract_is_found() {
        assertThat(violations(LayerRules.onlyAdaptersKnowGeneratedClasses(), ContractUser.class))
                .isNotEmpty();
    }

    @Test
    void every_way_to_ask_for_time_and_chance_is_found() {
        assertThat(violations(LayerRules.onlyAdaptersAskForTimeAndChance(), TimeAsker.class))
                .hasSize(TimeAsker.WAYS);
    }

    @Test
    void a_service_that_depends_on_another_is_found() {
        List<ArchRule> rules = LayerRules.standAlone(List.of(FIXTURES + ".alpha", FIXTURES + ".beta"));
        assertThat(rules.stream()
                        .flatMap(rule -> violations(rule, Neighbour.class, First.class, Second.class).stream()))
                .isNotEmpty()
                .allMatch(text -> text.contains("Neighbour"));
    }

    @Test
    void packages_in_a_circle_are_found() {
        assertThat(violations(LayerRules.hasNoCycles(FIXTURES + ".beta"), First.class, Second.class))
                .hasSize(1);
    }

    private static List<String> violations(ArchRule rule, Class<?>... fixtures) {
        JavaClasses classes = new ClassFileImporter().importClasses(fixtures);
        return rule.allowEmptyShould(true).evaluate(classes).getFailureReport().getDetails();
    }
}
