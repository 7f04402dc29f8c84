/** Files that are sent in parts, and archives that are taken apart into inputs. */
@NullMarked
package io.deeptrain.api.upload;

import org.jspecify.annotations.NullMarked;
