package io.deeptrain.api.template;

import java.util.List;
import java.util.Optional;

/** A family of models. The first template is the one that is recommended. */
public record ModelType(String id, String title, String description, List<Template> templates) {
    public ModelType {
        templates = List.copyOf(templates);
    }

    public Optional<Template> template(String name) {
        return templates.stream().filter(template -> template.isCalled(name)).findFirst();
    }

    public Optional<Template> recommended() {
        return templates.stream().findFirst();
    }
}
