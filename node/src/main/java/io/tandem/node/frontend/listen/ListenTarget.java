// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.setup.Configuration;
import java.util.function.IntSupplier;

/**
 * Whom a listener accepts connections for: replaced at a reload while its sockets stay.
 *
 * @param connections how many it has open now; any thread may ask
 */
public record ListenTarget(Configuration configuration, Frontend frontend, Bind bind, IntSupplier connections) {}
