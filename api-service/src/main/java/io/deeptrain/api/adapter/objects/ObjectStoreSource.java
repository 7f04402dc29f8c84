package io.deeptrain.api.adapter.objects;

import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Opens the object store at the start of the service. */
@Dependent
class ObjectStoreSource {
    @Produces
    @Singleton
    ObjectStore open(@ConfigProperty(name = "deeptrain.objects") URI place) throws IOException {
        return ObjectStores.open(place);
    }
}
