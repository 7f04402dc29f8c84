/** An S3-compatible server that keeps its buckets as folders, as a process of its own. */
@NullMarked
package io.deeptrain.s3server.adapter;

import org.jspecify.annotations.NullMarked;
