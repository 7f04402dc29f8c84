package io.deeptrain.api.acceptance;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;

/** The same with the objects in S3. */
@QuarkusTest
@TestProfile(InS3.class)
class UploadsInS3Test extends UploadsTest {}
