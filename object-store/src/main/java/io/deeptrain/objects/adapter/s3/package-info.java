/** The object store as a bucket of S3, or of any server that speaks its protocol. */
@NullMarked
package io.deeptrain.objects.adapter.s3;

import org.jspecify.annotations.NullMarked;
