/** Tests of the bucket, on a real server of S3's protocol. */
@NullMarked
package io.deeptrain.objects.adapter.s3;

import org.jspecify.annotations.NullMarked;
