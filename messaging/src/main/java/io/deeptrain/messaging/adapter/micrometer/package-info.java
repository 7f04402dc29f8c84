/** What operators measure of messaging, under the same name in every service. */
@NullMarked
package io.deeptrain.messaging.adapter.micrometer;

import org.jspecify.annotations.NullMarked;
