// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives {@code bind} lines; hands on accepted connections. A listener is one address of one frontend and has a socket on
 * each event loop; it is started, kept over reloads and closed by the thread that loads, and accepts on the loops.
 */
@NullMarked
package io.tandem.node.frontend.listen;

import org.jspecify.annotations.NullMarked;
