/** Answers what a job costs and what a tenant has used, inside the cluster only. */
@NullMarked
package io.deeptrain.billing.adapter.rest;

import org.jspecify.annotations.NullMarked;
