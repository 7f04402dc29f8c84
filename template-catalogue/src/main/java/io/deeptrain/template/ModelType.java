package io.deeptrain.template;

import java.util.List;
import java.util.Optional;

/**
 * A family of models. The first template is the one that is recommended.
 *
 * @param fields what it has besides the hyperparameters of its templates
 * @param templates none for a type that is trained in one way only
 * @param untemplated how such a type is trained
 */
public record ModelType(
        String id,
        String title,
        String description,
        List<TypeField> fields,
        List<Template> templates,
        Optional<Template> untemplated) {
    public ModelType {
        fields = List.copyOf(fields);
        templates = List.copyOf(templates);
        if (templates.isEmpty() == untemplated.isEmpty()) {
            throw new IllegalArgumentException(id + " must have templates, or be trained without any");
        }
    }

    public Optional<Template> template(String name) {
        return templates.stream().filter(template -> template.isCalled(name)).findFirst();
    }

    /** What is trained when nobody names a template. */
    public Template recommended() {
        return untemplated.orElseGet(templates::getFirst);
    }
}
