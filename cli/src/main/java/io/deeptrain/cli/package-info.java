/** The command line of DeepTrain, over its public API. */
@NullMarked
package io.deeptrain.cli;

import org.jspecify.annotations.NullMarked;
