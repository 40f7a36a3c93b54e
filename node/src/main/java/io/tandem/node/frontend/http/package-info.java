// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP messages as bytes and offsets, whatever their version on the wire. Receives parsed heads; hands them to rules and
 * to the other side. Pure; used by one event loop at a time.
 */
@NullMarked
package io.tandem.node.frontend.http;

import org.jspecify.annotations.NullMarked;
