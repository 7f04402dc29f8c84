/** What must hold of the manifests, for there is no cluster in the build to try them on. */
@NullMarked
package io.deeptrain.deploy;

import org.jspecify.annotations.NullMarked;
