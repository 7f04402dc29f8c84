/** The PostgreSQL and the Kafka broker that all tests of a JVM share: real ones, started by the tests themselves. */
@NullMarked
package io.deeptrain.testservers.adapter;

import org.jspecify.annotations.NullMarked;
