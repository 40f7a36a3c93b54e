// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.function.Supplier;

/**
 * Names a facet: one constant per feature.
 *
 * @param type the facet's class
 * @param fresh makes an empty one
 */
public record FacetKey<F extends Facet>(Class<F> type, Supplier<F> fresh) {}
