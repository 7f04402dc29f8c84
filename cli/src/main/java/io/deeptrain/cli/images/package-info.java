/** Labelled images as people have them on disk: folders of class folders, IDX files, and the bundled digits. */
@NullMarked
package io.deeptrain.cli.images;

import org.jspecify.annotations.NullMarked;
