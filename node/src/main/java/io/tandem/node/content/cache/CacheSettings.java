// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

/**
 * What a {@code cache} section says. Immutable.
 *
 * @param totalBytes of memory, whole blocks
 * @param maxObjectBytes the largest response that is stored, as HAProxy counts it
 * @param maxAgeS how long one is kept at most, seconds
 * @param processVary whether responses that depend on fields of the request are stored
 * @param maxVariants how many responses of one resource there may be
 */
public record CacheSettings(
        String name, long totalBytes, long maxObjectBytes, int maxAgeS, boolean processVary, int maxVariants) {}
